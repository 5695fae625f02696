// Every route of the API by the function that serves it: what the gateway is given and what the functions must serve, so that neither forgets one.

export const ADMIN_ROUTES = [
  "GET /v1/organization",
  "PATCH /v1/organization",
  "GET /v1/locations",
  "POST /v1/locations",
  "GET /v1/locations/{id}",
  "PATCH /v1/locations/{id}",
  "GET /v1/accounts",
  "POST /v1/accounts",
  "GET /v1/accounts/{id}",
  "PATCH /v1/accounts/{id}",
  "DELETE /v1/accounts/{id}",
  "POST /v1/accounts/{id}/password-changes",
  "GET /v1/content-tokens",
  "GET /v1/content-tokens/{id}",
  "GET /v1/health",
] as const;

export const CUSTODY_ROUTES = [
  "POST /v1/content-tokens",
  "POST /v1/content-tokens/import",
  "POST /v1/content-tokens/{id}/downloads",
  "POST /v1/content-tokens/{id}/revocation",
] as const;

/** Answered without a bearer; all others carry one. */
export const OPEN_ROUTES: readonly string[] = ["GET /v1/health"];
