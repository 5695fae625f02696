// What must outlive a mistake: tables, buckets with their policies, their key, the people who sign in, the trail that tells of password changes. Each
// is retained under a pinned logical id; only the pool's client and sign-in page, which hold nothing, go with the stack.
import { CfnOutput, type CfnResource, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { type CfnTrail, ReadWriteType, Trail } from "aws-cdk-lib/aws-cloudtrail";
import { AccountRecovery, FeaturePlan, ManagedLoginVersion, OAuthScope, UserPool, type UserPoolClient } from "aws-cdk-lib/aws-cognito";
import { AttributeType, BillingMode, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectLockRetention, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { Config } from "./config.ts";

/** No link works longer after it was signed, whatever it says. */
const MAX_LINK_MILLISECONDS = 15 * 60 * 1000;

/** A password change can be looked up for more than the year that a token lives. */
const TRAIL_DAYS = 400;

/** For so long nobody, not even the account's root user, can remove a seal. Each holds every chain, so that older ones only tell when. */
const SEAL_DAYS = 400;

const PRIVATE = {
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN,
};

const pin = (construct: Construct, logicalId: string): void => (construct.node.defaultChild as CfnResource).overrideLogicalId(logicalId);

const string = (name: string) => ({ name, type: AttributeType.STRING });

export class RecordsStack extends Stack {
  readonly key: Key;
  readonly table: Table;
  readonly custodyLog: Table;
  readonly bucket: Bucket;
  readonly seals: Bucket;
  readonly userPool: UserPool;
  readonly userPoolClient: UserPoolClient;

  constructor(scope: Construct, id: string, config: Config, props: StackProps) {
    super(scope, id, { ...props, terminationProtection: true });

    this.key = new Key(this, "Key", {
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
      description: "Content tokens: records and files",
    });
    pin(this.key, "Key");

    const kept = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.table = new Table(this, "Records", { ...kept, partitionKey: string("pk"), sortKey: string("sk"), timeToLiveAttribute: "ttl" });
    this.table.addGlobalSecondaryIndex({ indexName: "byKind", partitionKey: string("kind"), sortKey: string("sortKey") });
    this.table.addGlobalSecondaryIndex({ indexName: "byLocation", partitionKey: string("locationId"), sortKey: string("sortKey") });
    this.table.addGlobalSecondaryIndex({ indexName: "byDue", partitionKey: string("due"), sortKey: string("dueAt") });
    pin(this.table, "Records");

    const seq = { name: "seq", type: AttributeType.NUMBER };
    this.custodyLog = new Table(this, "CustodyLog", { ...kept, partitionKey: string("subject"), sortKey: seq });
    this.custodyLog.addGlobalSecondaryIndex({ indexName: "byTime", partitionKey: string("log"), sortKey: string("timeKey") });
    pin(this.custodyLog, "CustodyLog");

    this.bucket = new Bucket(this, "Tokens", {
      ...PRIVATE,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      versioned: true,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(1), expiredObjectDeleteMarker: true }],
    });
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: "RefuseOldSignatures",
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ["s3:GetObject"],
        resources: [this.bucket.arnForObjects("*")],
        conditions: { NumericGreaterThan: { "s3:signatureAge": String(MAX_LINK_MILLISECONDS) } },
      }),
    );
    this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    pin(this.bucket, "Tokens");

    this.seals = this.#seals();

    this.userPool = new UserPool(this, "People", {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      featurePlan: FeaturePlan.ESSENTIALS,
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      passwordPolicy: { minLength: 12 },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pin(this.userPool, "People");
    this.userPoolClient = this.userPool.addClient("Client", {
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      authFlows: { userSrp: true, adminUserPassword: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: ["http://localhost:8976/callback"],
      },
    });
    pin(this.userPoolClient, "Client");
    // Inputs of `npm run verify-custody`.
    new CfnOutput(this, "CustodyLogTable", { value: this.custodyLog.tableName });
    new CfnOutput(this, "SealsBucket", { value: this.seals.bucketName });
    // Inputs of a script that signs in.
    new CfnOutput(this, "UserPoolId", { value: this.userPool.userPoolId });
    new CfnOutput(this, "UserPoolClientId", { value: this.userPoolClient.userPoolClientId });
    this.userPool.addDomain("SignIn", {
      cognitoDomain: { domainPrefix: config.signInPrefix },
      // The events of the newer pages about a reset are not documented: docs/decisions/0006-the-classic-sign-in-pages.md.
      managedLoginVersion: ManagedLoginVersion.CLASSIC_HOSTED_UI,
    });

    if (config.trail === "create") this.#trail();
  }

  /** Without a trail EventBridge is told of no password change. */
  #trail(): void {
    const bucket = new Bucket(this, "TrailBucket", {
      ...PRIVATE,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(TRAIL_DAYS) }],
    });
    pin(bucket, "TrailBucket");
    const trail = new Trail(this, "Trail", {
      bucket: bucket as IBucket,
      managementEvents: ReadWriteType.WRITE_ONLY,
      isMultiRegionTrail: false,
      includeGlobalServiceEvents: false,
    });
    bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    (trail.node.defaultChild as CfnTrail).applyRemovalPolicy(RemovalPolicy.RETAIN);
    pin(trail, "Trail");
  }
  /** The bucket of the custody log's seals. A seal is written once, and nobody can overwrite or remove it before its retention ends. */
  #seals(): Bucket {
    const seals = new Bucket(this, "Seals", {
      ...PRIVATE,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(SEAL_DAYS)),
      lifecycleRules: [
        {
          expiration: Duration.days(SEAL_DAYS + 1),
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
    });
    const refuse = (sid: string, actions: string[], conditions: Record<string, Record<string, string>> = {}): void => {
      const objects = [seals.arnForObjects("*")];
      seals.addToResourcePolicy(
        new PolicyStatement({ sid, effect: Effect.DENY, principals: [new AnyPrincipal()], actions, resources: objects, conditions }),
      );
    };
    // Object Lock keeps every version, but lets others be put or marked as deleted over it.
    refuse("RefuseDeletion", ["s3:DeleteObject", "s3:DeleteObjectVersion"]);
    refuse("RefuseOverwriting", ["s3:PutObject"], { Null: { "s3:if-none-match": "true" } });
    seals.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    pin(seals, "Seals");
    return seals;
  }
}
