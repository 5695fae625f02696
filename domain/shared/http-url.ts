// URLs that this service calls with a secret: they consist of a host and a path, and of nothing that two parsers could read differently.

/** The original text is checked, since the parser would drop white space, take a backslash for a slash, and drop an empty query. */
const HOST_AND_PATH = /^https?:\/\/[^/@\\?#]+(\/[^\\?#]*)?$/i;
const isVisibleAscii = (text: string): boolean => /^[!-~]+$/.test(text);

/** The parsed URL; `undefined` unless it is http or https with a host and a path: no credentials, no query, no fragment, not even empty ones. */
export const parseHostAndPath = (text: string): URL | undefined =>
  isVisibleAscii(text) && HOST_AND_PATH.test(text) ? (URL.parse(text) ?? undefined) : undefined;

/** The host of a URL: a name in lower case or an IP address, without brackets. */
export const bareHost = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, "$1");
