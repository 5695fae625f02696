// The shape of a handler of the API: who calls and what is asked in, a reply out. Everything of HTTP stays in the door.
import type * as z from "zod";
import type { Account } from "../domain/account.ts";
import { Refusal } from "../domain/refusal.ts";
import type { Ports } from "./ports.ts";

export type Request<Input> = {
  readonly caller: Account;
  /** Path, query and body in one, parsed: where they share a name, the path counts. */
  readonly input: Input;
  /** The version that the caller means to edit. */
  readonly ifMatch?: number | undefined;
  readonly idempotencyKey?: string | undefined;
};

export type Reply = { readonly status: 200 | 201 | 202; readonly body: unknown; readonly version?: number };

export type Handle<Input extends z.ZodType, Needs extends keyof Ports> = (
  request: Request<z.infer<Input>>,
  ports: Pick<Ports, Needs>,
) => Promise<Reply>;

export const ok = (body: unknown, version?: number): Reply => ({ status: 200, body, ...(version === undefined ? {} : { version }) });
export const created = (body: unknown, version?: number): Reply => ({ ...ok(body, version), status: 201 });
export const accepted = (body: unknown): Reply => ({ status: 202, body });

/** Refuses with `not_found` when there is none. */
export const found = <Value>(value: Value | undefined, what: string): Value => {
  if (value === undefined) throw new Refusal("not_found", `There is no such ${what}. Look at its identifier.`);
  return value;
};

/** Refuses with `version_mismatch` when an edit was overtaken by another one. */
export const assertReplaced = (replaced: boolean): void => {
  if (!replaced) throw new Refusal("version_mismatch", "Somebody else edited it at the same time. Read it again, then edit.");
};
