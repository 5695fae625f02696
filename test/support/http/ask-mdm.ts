// Requests of MDM servers as the gateway gives them to the device management API, and the text of a token's file, which is their bearer.
import { ContentTokenId } from "../../../domain/shared/ids.ts";
import { mdm } from "../../../functions/device-api/middleware.ts";
import { mdmRoutes } from "../../../functions/device-api/routes.ts";
import type { Ports } from "../../../functions/ports/ports.ts";

export type MdmAsked = {
  /** Method and path. */
  readonly route: string;
  readonly bearer?: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
};

export type MdmPorts = Omit<Ports, "files" | "people">;

/** By an instance that remembers nothing yet. The answer, whatever its status. */
export const askMdm = async (ports: MdmPorts, { route, bearer, query = {}, body }: MdmAsked) => {
  const [method = "", rawPath = ""] = route.split(" ");
  const answer = await mdm(mdmRoutes(), ports, { requestsPerSecond: 1000 })({
    routeKey: "ANY /mdm/{proxy+}",
    rawPath,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    queryStringParameters: query,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    requestContext: { requestId: "r", domainName: "api.example.org", http: { method } },
  });
  return { statusCode: answer.statusCode, body: JSON.parse(answer.body) };
};

type Held = { readonly ports: Pick<Ports, "tokens">; readonly files: ReadonlyMap<string, Uint8Array> };

/** What an MDM server that was given the token sends as its bearer. */
export const bearerOf = async ({ ports, files }: Held, token: string): Promise<string> => {
  const kept = await ports.tokens.get(ContentTokenId.parse(token));
  const bytes = files.get(kept?.file.key ?? "");
  if (bytes === undefined) throw new Error(`${token} has no file`);
  return new TextDecoder().decode(bytes);
};
