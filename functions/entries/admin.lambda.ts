// Administrators' and content managers' records, and those who sign in. No right to any token file.

import { administeringOf } from "../aws/connect.ts";
import { environmentOf } from "../aws/environment.ts";
import { notificationSenderOf } from "../aws/notification-sender.ts";
import { http } from "../middleware/http.ts";
import { adminRoutes } from "../routes/admin-routes.ts";

const env = environmentOf("admin");

export const handler = http(adminRoutes, administeringOf("admin", env, notificationSenderOf(env)));
