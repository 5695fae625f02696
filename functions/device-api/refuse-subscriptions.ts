// Everything under /subscriptions (version 2.2 of the protocol): this service has none to manage, and says so in the protocol's words.
import * as z from "zod";
import { MdmRefusal } from "../../domain/device-api/mdm-error.ts";
import type { MdmHandle } from "../middleware/mdm-handler.ts";

export const AnyInput = z.looseObject({});
export const NoReply = z.never();

export const refuseSubscriptions: MdmHandle<typeof AnyInput, never, z.input<typeof NoReply>> = async () => {
  throw new MdmRefusal(9811);
};
