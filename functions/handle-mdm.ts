// The shape of a handler of the device management API: which token asks and what for in, the protocol's own object out. Everything of HTTP, and what every
// answer bears, stays in the door. It refuses by `MdmRefusal`.
import type * as z from "zod";
import type { ClientConfig } from "../domain/client-config.ts";
import type { ContentToken } from "../domain/content-token.ts";
import type { LocationLinks } from "../domain/links.ts";
import type { Location } from "../domain/organization.ts";
import type { Ports } from "./ports.ts";

/** A token that opens, with what belongs to its location; all of it as it was at one moment. */
export type TokenBearer = {
  readonly token: ContentToken;
  readonly location: Location;
  readonly links: LocationLinks;
  readonly config: ClientConfig;
};

export type MdmRequest<Input> = {
  readonly caller: TokenBearer;
  readonly input: Input;
  /** Where the API was called, without a slash at its end: `https://…`. */
  readonly base: string;
};

export type MdmHandle<Input extends z.ZodType, Needs extends keyof Ports, Body> = (
  request: MdmRequest<z.infer<Input>>,
  ports: Pick<Ports, Needs>,
) => Promise<Body>;
