// The refusals of the stand-in and the XML they travel in.
// A message is fixed text: what the caller sent (signature, key id, canonical request) is never repeated in it.
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "S3Error";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // A bare line end would be normalised by the reader, and the key would come back as another key.
  "\r": "&#xD;",
  "\n": "&#xA;",
  "\t": "&#x9;",
};

export const escapeXml = (text: string): string => text.replace(/[&<>"'\r\n\t]/g, (character) => ENTITIES[character] ?? character);

export const errorXml = (error: S3Error, requestId: string): string => {
  const fields = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message><RequestId>${requestId}</RequestId>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${fields}</Error>`;
};
