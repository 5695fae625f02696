// The calls of AWS's API that the functions and people make, at one address: Lambda's Invoke, EventBridge's PutEvents, SNS's Publish, KMS's Encrypt
// and Decrypt. A signature has to be there, since a browser can't send one unasked; whose it is is not checked, and no rights are: whoever reaches
// 127.0.0.1 is trusted.
import { failed } from "./aws-error.ts";
import { type PutParts, putEvents } from "./events-api.ts";
import type { Answered, Asked } from "./http.ts";
import { type KmsParts, kms } from "./kms.ts";
import { type InvokeParts, invoke } from "./lambda-api.ts";
import { type PublishParts, publish } from "./sns-api.ts";

const KMS_TARGET = "TrentService.";
const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;

export const awsApiOf =
  (parts: InvokeParts & PutParts & PublishParts & KmsParts) =>
  async (asked: Asked): Promise<Answered> => {
    if (!asked.headers.authorization?.startsWith("AWS4-HMAC-SHA256 "))
      return failed(403, "MissingAuthenticationTokenException", "Sign the request: any key will do.");
    const name = INVOCATION.exec(asked.path)?.[1];
    if (asked.method === "POST" && name !== undefined) return invoke(decodeURIComponent(name), asked, parts);
    const target = asked.headers["x-amz-target"] ?? "";
    if (target === "AWSEvents.PutEvents") return putEvents(asked, parts);
    if (target.startsWith(KMS_TARGET)) return kms(target.slice(KMS_TARGET.length), asked, parts);
    if (asked.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return publish(asked, parts);
    return failed(
      400,
      "UnknownOperationException",
      "Known here: Lambda's Invoke, EventBridge's PutEvents, SNS's Publish, KMS's Encrypt and Decrypt",
    );
  };
