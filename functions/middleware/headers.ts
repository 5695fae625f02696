// Request headers that clients write in more than one form. Source: RFC 9110, 11.4 (credentials) and 13.1.2 (If-None-Match).

/** The credentials of `Authorization: Bearer …`: the scheme in any letter case, with one or more spaces after it. `undefined` without them. */
export const bearerCredentials = (authorization = ""): string | undefined => /^Bearer +(\S.*)$/i.exec(authorization.trim())?.[1];

/** SHA-256 in hex: some tools print it in capitals. */
const isHash = (tag: string): boolean => /^[0-9a-f]{64}$/i.test(tag);

/** Weak or strong, in quotes or bare. */
const TAG = /(?:W\/)?(?:"([\x21\x23-\x7e]{1,128})"|([\x21\x23-\x2b\x2d-\x7e]{1,128}))(?=\s*(?:,|$))/gi;

/**
 * The entity tags of If-None-Match; `*` if it stands for any current representation. Tags without quotation marks are read too, since clients send the hash as
 * answers show it.
 */
export const entityTags = (ifNoneMatch = ""): readonly string[] | "*" => {
  if (ifNoneMatch.trim() === "*") return "*";
  const tags = [...ifNoneMatch.matchAll(TAG)].flatMap(([, quoted, bare]) => quoted ?? bare ?? []);
  return tags.map((tag) => (isHash(tag) ? tag.toLowerCase() : tag));
};
