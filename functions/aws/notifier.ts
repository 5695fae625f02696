// The function that calls addresses which others chose, invoked and waited for. Whoever holds data asks it and calls none of them itself.
import { LambdaClient } from "@aws-sdk/client-lambda";
import { Delivery } from "../../domain/device-api/delivery.ts";
import { isNotificationUrl, type UrlRule } from "../../domain/device-api/notification-url.ts";
import type { Notifier } from "../ports/notifier.ts";
import { type InvokedFunction, invoke } from "./invoke.ts";

export const notifierTo = ({ client, functionName, ...rule }: InvokedFunction & UrlRule): Notifier => ({
  isTarget: (url) => isNotificationUrl(url, rule),
  deliver: async ({ url, bearer, body }) => Delivery.parse(await invoke({ client, functionName }, "the notifier", { url, bearer, body })),
});

type Told = { readonly NOTIFIER_NAME: string; readonly LOOPBACK_NOTIFICATIONS?: "allowed" };

/** For the entries of the functions that notify: no other bundle holds the client. */
export const notifierOf = ({ NOTIFIER_NAME, LOOPBACK_NOTIFICATIONS: loopback }: Told): Notifier =>
  notifierTo({ client: new LambdaClient(), functionName: NOTIFIER_NAME, loopback });
