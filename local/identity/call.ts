// One call of Cognito's user pool API: what it needs, what it answers, how it is refused.
import * as z from "zod";
import type { LocalPeople } from "./people.ts";
import type { Pool, Tokens } from "./tokens.ts";

/** What Cognito mails. */
export type Mail = { readonly to: string; readonly subject: string; readonly text: string };

export type Context = {
  readonly pool: Pool;
  readonly people: LocalPeople;
  readonly tokens: Tokens;
  readonly authFlows: readonly string[];
  readonly isGoodPassword: (password: string) => boolean;
  readonly mail: (mail: Mail) => void;
  readonly locks: Locks;
  /** Sign-ins that wait for a new password, by session. */
  readonly challenges: Map<string, { readonly sub: string; readonly endsAt: number }>;
};

/** Wrong passwords in a row, by subject: each beyond five doubles the wait. */
export type Locks = Map<string, { wrong: number; until: number }>;

export class CognitoError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** `sub` and `parameters` are what the trail tells; nothing that was secret in the request is among them. */
export type Done = { readonly answer: object; readonly sub?: string; readonly parameters?: Readonly<Record<string, unknown>> };

export type Operation = { readonly signed: boolean; run(input: unknown, context: Context): Promise<Done> };

/** What CloudTrail writes in place of whatever was secret. */
export const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";

export const operation = <Input extends z.ZodType>(
  signed: boolean,
  schema: Input,
  run: (input: z.infer<Input>, context: Context) => Promise<Done>,
): Operation => ({
  signed,
  async run(raw, context) {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return run(parsed.data, context);
    const names = parsed.error.issues.map(({ path }) => path.join("."));
    throw new CognitoError("InvalidParameterException", `These are missing or not as expected: ${names.join(", ")}`);
  },
});

export const text = z.string().min(1).max(2048);
export const OfPool = z.object({ UserPoolId: text });
/** As Cognito takes names: without white space, and of 128 characters at most. */
export const OfUser = OfPool.extend({ Username: z.string().regex(/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u) });
export const OfClient = z.object({ ClientId: text });

export const assertPool = ({ UserPoolId }: { UserPoolId: string }, { pool }: Context): void => {
  if (UserPoolId !== pool.id) throw new CognitoError("ResourceNotFoundException", `User pool ${UserPoolId} does not exist.`);
};
export const assertClient = ({ ClientId }: { ClientId: string }, { pool }: Context): void => {
  if (ClientId !== pool.clientId) throw new CognitoError("ResourceNotFoundException", `User pool client ${ClientId} does not exist.`);
};
export const assertPassword = (password: string, { isGoodPassword }: Context): void => {
  if (!isGoodPassword(password))
    throw new CognitoError("InvalidPasswordException", "Password did not conform with policy: Password not long enough");
};
