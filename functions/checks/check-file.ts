// Checks the token in one stored file with Apple: the only code that reads a token file to send it somewhere.
import { noAnswer } from "../../domain/tokens/apple-answer.ts";
import { CHECKS_OFF } from "../../domain/tokens/apple-api.ts";
import type { AppleAnswer } from "../../domain/tokens/apple-check.ts";
import { StoredFile } from "../../domain/tokens/content-token.ts";
import { askApple, type Connection } from "./ask-apple.ts";

/** Imported files only: a token that this service issued is never sent to Apple. */
export const ImportedFile = StoredFile.pick({ key: true, version: true }).refine(
  ({ key }) => key.startsWith("tokens/imported/"),
  "expected the file of an imported token",
);
export type ImportedFile = Pick<StoredFile, "key" | "version">;

type Source = {
  /** The file's bytes; `undefined` if it is gone. */
  readonly readFile: (file: ImportedFile) => Promise<Uint8Array | undefined>;
  /** The base URL of Apple's API, or "off". */
  readonly api: string;
};

export const checkFile = async (
  file: ImportedFile,
  { readFile, api, ...connection }: Source & Partial<Connection>,
): Promise<AppleAnswer> => {
  if (api === CHECKS_OFF) return noAnswer("switched_off");
  const bytes = await readFile(file);
  return bytes === undefined ? noAnswer("file_unavailable") : askApple(Buffer.from(bytes).toString("utf8"), api, connection);
};
