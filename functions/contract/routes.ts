// Every route of the API by the function that serves it: what the gateway is given and what the functions must serve, so that neither forgets one.

export const ADMIN_ROUTES = [
  "GET /v1/organization",
  "PATCH /v1/organization",
  "GET /v1/locations",
  "POST /v1/locations",
  "GET /v1/locations/{id}",
  "PATCH /v1/locations/{id}",
  "DELETE /v1/locations/{id}",
  "GET /v1/accounts",
  "POST /v1/accounts",
  "GET /v1/accounts/{id}",
  "PATCH /v1/accounts/{id}",
  "DELETE /v1/accounts/{id}",
  "POST /v1/accounts/{id}/invitation",
  "GET /v1/accounts/{id}/removal-preview",
  "POST /v1/accounts/{id}/password-changes",
  "GET /v1/accounts/{id}/password-change-preview",
  "GET /v1/content-tokens",
  "GET /v1/content-tokens/{id}",
  "GET /v1/content-tokens/{id}/history",
  "POST /v1/content-tokens/{id}/claims",
  "GET /v1/mdm-servers",
  "GET /v1/mdm-servers/{id}",
  "PATCH /v1/mdm-servers/{id}",
  "DELETE /v1/mdm-servers/{id}",
  "PUT /v1/mdm-servers/{id}/links/{tokenId}",
  "DELETE /v1/mdm-servers/{id}/links/{tokenId}",
  "GET /v1/conflicts",
  "POST /v1/conflicts/{id}/resolution",
  "GET /v1/subscription",
  "PUT /v1/subscription",
  "GET /v1/licenses",
  "POST /v1/licenses",
  "PATCH /v1/licenses",
  "POST /v1/licenses/import",
  "GET /v1/license-transfers",
  "POST /v1/license-transfers",
  "GET /v1/assignments",
  "POST /v1/assignments",
  "POST /v1/assignments/removals",
  "POST /v1/assignments/retirements",
  "GET /v1/custody-log",
  "GET /v1/health",
  "GET /v1/openapi.json",
] as const;

/** A credential gives access to files: the function that signs links creates credentials, and no other one. */
export const CUSTODY_ROUTES = [
  "POST /v1/content-tokens",
  "POST /v1/content-tokens/import",
  "POST /v1/content-tokens/{id}/downloads",
  "POST /v1/content-tokens/{id}/revocation",
  "POST /v1/content-tokens/{id}/check",
  "POST /v1/content-tokens/{id}/password-change-reports",
  "POST /v1/mdm-servers",
  "POST /v1/mdm-servers/{id}/credential",
  "GET /v1/fetch/content-token",
] as const;

/** The device management API: which paths there are its function knows, whose middleware tells MDM servers in their own words what there is not. */
export const MDM_ROUTES = ["ANY /mdm/{proxy+}"] as const;

/** Not behind the user pool's authorizer: answered to anyone, or to an MDM server by the credential or the content token that the function itself checks. */
export const OPEN_ROUTES: readonly string[] = ["GET /v1/fetch/content-token", "GET /v1/health", "GET /v1/openapi.json", ...MDM_ROUTES];
