// The function that calls addresses which others chose, invoked and waited for. Whoever holds data asks it and calls none of them itself.
import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import { Delivery } from "../../domain/delivery.ts";
import { isNotificationUrl, type UrlRule } from "../../domain/notification-url.ts";
import type { Notifier } from "../ports/telling.ts";

type Named = { readonly client: LambdaClient; readonly functionName: string } & UrlRule;

/** By its name alone: the service may quote what it was sent, a bearer among it. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");

const deliveryIn = ({ FunctionError, Payload }: InvokeCommandOutput): Delivery => {
  if (FunctionError !== undefined) throw new Error(`the notifier failed: ${FunctionError}; its log tells why`);
  return Delivery.parse(JSON.parse(Payload?.transformToString() ?? "null"));
};

export const notifierTo = ({ client, functionName: FunctionName, ...rule }: Named): Notifier => ({
  isTarget: (url) => isNotificationUrl(url, rule),
  async deliver({ url, bearer, body }) {
    const command = new InvokeCommand({ FunctionName, InvocationType: "RequestResponse", Payload: JSON.stringify({ url, bearer, body }) });
    const answer = await client.send(command).catch((error: unknown) => {
      throw new Error(`the notifier could not be invoked: ${nameOf(error)}`);
    });
    return deliveryIn(answer);
  },
});

type Told = { readonly NOTIFIER_NAME: string; readonly LOOPBACK_NOTIFICATIONS?: "allowed" };

/** For the entries of the functions that notify: no other bundle holds the client. */
export const notifierOf = ({ NOTIFIER_NAME, LOOPBACK_NOTIFICATIONS: loopback }: Told): Notifier =>
  notifierTo({ client: new LambdaClient(), functionName: NOTIFIER_NAME, loopback });
