// The HTTP API: every route named, all but the open ones behind the user pool's access tokens, each served by the function that may do what it asks.
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  type CfnStage,
  HttpApi,
  type HttpMethod,
  HttpNoneAuthorizer,
  type HttpRoute,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpJwtAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { UserPool, UserPoolClient } from "aws-cdk-lib/aws-cognito";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { ADMIN_ROUTES, CUSTODY_ROUTES, MDM_ROUTES, OPEN_ROUTES } from "../functions/contract/routes.ts";

export type ApiProps = {
  readonly userPool: UserPool;
  readonly userPoolClient: UserPoolClient;
  readonly admin: IFunction;
  readonly custody: IFunction;
  readonly mdm: IFunction;
};

/** The only record of requests that the gateway refuses. It contains no path, address or header: a path may contain anything. */
const ACCESS_LOG = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  route: "$context.routeKey",
  status: "$context.status",
  milliseconds: "$context.responseLatency",
  refused: "$context.authorizer.error",
});

/** Requests a second, for all callers. An office works with a few: what is far beyond is a mistake or an attack, and would cost. */
const THROTTLE = { rateLimit: 50, burstLimit: 100 };

/** The limit of all MDM servers together, which page through thousands of devices. `mdm` enforces a limit per location in addition. */
const MDM_THROTTLE = { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 };

export class Api extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { userPool, userPoolClient, admin, custody, mdm }: ApiProps) {
    super(scope, id);
    const authorizer = new HttpJwtAuthorizer("People", userPool.userPoolProviderUrl, { jwtAudience: [userPoolClient.userPoolClientId] });
    const api = new HttpApi(this, "Api", { defaultAuthorizer: authorizer, createDefaultStage: false });
    const log = new LogGroup(this, "Log", { retention: RetentionDays.THREE_MONTHS });
    const stage = api.addStage("DefaultStage", {
      stageName: "$default",
      autoDeploy: true,
      throttle: THROTTLE,
      accessLogSettings: { destination: new LogGroupLogDestination(log), format: AccessLogFormat.custom(ACCESS_LOG) },
    });
    const serve = (routes: readonly string[], integration: HttpLambdaIntegration): HttpRoute[] =>
      routes.flatMap((routeKey) => {
        const [method, path] = routeKey.split(" ") as [HttpMethod, string];
        const open = OPEN_ROUTES.includes(routeKey) ? { authorizer: new HttpNoneAuthorizer() } : {};
        return api.addRoutes({ path, methods: [method], integration, ...open });
      });
    serve(ADMIN_ROUTES, new HttpLambdaIntegration("Admin", admin));
    // The gateway refuses a stage with settings of a route that is not there yet.
    stage.node.addDependency(...serve(MDM_ROUTES, new HttpLambdaIntegration("Mdm", mdm)));
    (stage.node.defaultChild as CfnStage).routeSettings = Object.fromEntries(MDM_ROUTES.map((routeKey) => [routeKey, MDM_THROTTLE]));
    serve(CUSTODY_ROUTES, new HttpLambdaIntegration("Custody", custody));
    this.url = api.apiEndpoint;
  }
}
