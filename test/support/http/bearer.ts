// Who asks the device management API in tests of its handlers, and how they ask: as the middleware passes it to them.
import type * as z from "zod";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import type { Location } from "../../../domain/organization/organization.ts";
import type { ContentToken } from "../../../domain/tokens/content-token.ts";
import { parsedBy } from "../../../functions/middleware/mdm-event.ts";
import type { MdmHandle, TokenBearer } from "../../../functions/middleware/mdm-handler.ts";
import type { Ports } from "../../../functions/ports/ports.ts";
import { aContentToken, aLocation, anAccount } from "../builders/make.ts";

export const bearer = (location: Location = aLocation()): TokenBearer => ({
  token: aContentToken({ locationId: location.id }),
  location,
  links: noLinks(location.id),
  config: noClientConfig(location.id),
});

/** Rejects where the handler refuses, or the query is none. */
export const asking = async <Input extends z.ZodType, Needs extends keyof Ports, Body>(
  handle: MdmHandle<Input, Needs, Body>,
  input: Input,
  asked: object,
  ports: Pick<Ports, Needs>,
  caller = bearer(),
): Promise<Body> => handle({ caller, input: parsedBy(input, asked), base: "https://api.example.org" }, ports);

/** What a refused call rejects with. */
export const refusedWith = (errorNumber: number) => ({ error: { errorNumber } });

/** Records a token whose bearer was made by hand, with the account that was given it: the worker evaluates it before each step. */
export const recordToken = async (ports: Pick<Ports, "accounts" | "erasures" | "tokens">, token: ContentToken): Promise<void> => {
  await ports.accounts.register(anAccount());
  await ports.erasures.plan(token.file.key, token.issuedAt);
  if (!(await ports.tokens.add(token))) throw new Error(`${token.id} could not be recorded`);
};
