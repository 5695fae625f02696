// The shape of a handler of the device management API: which token asks and what for in, the protocol's own object out. Everything of HTTP, and what every
// answer bears, stays in the middleware. It refuses by `MdmRefusal`.
import type * as z from "zod";
import type { MdmErrorNumber } from "../../domain/device-api/mdm-error.ts";
import type { BearerFound } from "../ports/bearers.ts";
import type { Ports } from "../ports/ports.ts";

/** A token that opens. `managesNot`: why it may only read, as a number. */
export type TokenBearer = Omit<BearerFound, "holders"> & { readonly managesNot?: MdmErrorNumber | undefined };

export type MdmRequest<Input> = {
  readonly caller: TokenBearer;
  readonly input: Input;
  /** The base URL of the API as the caller used it, without a trailing slash: `https://…`. */
  readonly base: string;
};

export type MdmHandle<Input extends z.ZodType, Needs extends keyof Ports, Body> = (
  request: MdmRequest<z.infer<Input>>,
  ports: Pick<Ports, Needs>,
) => Promise<Body>;
