// Administrators' and content managers' records, and those who sign in. No right to any token file.
import { adminRoutes } from "./api/admin-routes.ts";
import { administeringOf } from "./aws/connect.ts";
import { environmentOf } from "./aws/environment.ts";
import { http } from "./doors/http.ts";

export const handler = http(adminRoutes, administeringOf("admin", environmentOf("admin")));
