// A refusal in the shape that AWS's JSON services give it: clients read its type from the header.
import { type Answered, json } from "./http.ts";

export const failed = (status: number, type: string, message: string): Answered =>
  json(status, { __type: type, message }, { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": type });
