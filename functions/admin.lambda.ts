// Administrators' and content managers' records. No right to any token file.
import { adminRoutes } from "./api/admin-routes.ts";
import { environmentOf, recordsOf } from "./aws/connect.ts";
import { http } from "./doors/http.ts";

export const handler = http(adminRoutes, recordsOf("admin", environmentOf("admin")));
