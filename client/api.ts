// The API's types. Made from docs/openapi.json by `npm run openapi`: what is changed here is lost.

type Nothing = Readonly<Record<string, never>>;

export type Account = {
  readonly id: AccountId;
  readonly subject: string;
  /** Erased when the account is removed. */
  readonly email?: string;
  readonly grants: readonly Grant[];
  /** Made for downloading tokens alone, not a person's: nobody changes its password in passing. */
  readonly dedicated: boolean;
  readonly passwordChangedAt?: string;
  readonly disabledAt?: string;
  /** It was removed for good: without grants and e-mail address, kept since tokens and the custody log refer to it. */
  readonly removedAt?: string;
};

export type AccountId = string;

export type Actor = AccountId | MdmServerId | ContentTokenId | "service";

export type Conflict = {
  readonly id: ConflictId;
  readonly foundAt: string;
  /** When an MDM server of an earlier round was last seen with a token again. */
  readonly reopenedAt?: string;
  /** The claims that led to it, or reopened it, and those that followed, oldest first. Beyond 50, only the first of each further MDM server. */
  readonly claims: readonly {
    readonly mdmServerId: MdmServerId;
    readonly tokenId: ContentTokenId;
    readonly how: "linked" | "fetched" | "proved" | "identified" | "used" | "reported" | "apple";
    readonly at: string;
  }[];
  readonly resolution?: {
    readonly keptBy?: MdmServerId;
    readonly at: string;
    readonly by: AccountId;
    readonly reason: string;
  };
  /** Earlier rounds of the same conflict, oldest first: how each came about and how it was resolved. The last five, with at most 50 claims each. */
  readonly earlier?: readonly {
    readonly claims: readonly {
      readonly mdmServerId: MdmServerId;
      readonly tokenId: ContentTokenId;
      readonly how: "linked" | "fetched" | "proved" | "identified" | "used" | "reported" | "apple";
      readonly at: string;
    }[];
    readonly resolution: {
      readonly keptBy?: MdmServerId;
      readonly at: string;
      readonly by: AccountId;
      readonly reason: string;
    };
  }[];
  readonly locationId: LocationId;
  readonly mdmServerIds: readonly MdmServerId[];
};

export type ConflictId = string;

export type ContentToken = {
  readonly id: ContentTokenId;
  readonly locationId: LocationId;
  readonly origin: "issued" | "imported";
  /** Whose device API it opens. */
  readonly worksWith: "this-service" | "apple";
  /** `reserved`: it would be good, and belongs to the built-in service while the monthly subscription runs. `withdrawn`: Apple issued it, it is no longer handed out here, and copies still open Apple's service. */
  readonly state: "active" | "expired" | "invalidated" | "reserved" | "withdrawn";
  readonly cause?: InvalidationCause;
  readonly invalidatedAt?: string;
  /** The words of whoever revoked it. */
  readonly reason?: string;
  readonly supersededBy?: ContentTokenId;
  /** The accounts that have its file. A password change of any of them ends an issued token, and not an imported one. */
  readonly downloadedBy: readonly AccountId[];
  /** The download of an imported token from Apple: the Managed Apple Account, shown to administrators only, and the person here who uses it. */
  readonly appleDownload?: {
    readonly managedAppleAccount?: string;
    readonly accountId?: AccountId;
  };
  /** The last check of an imported token with Apple. `no-answer` proves nothing. Texts in `evidence` are Apple's or an MDM server's: do not trust them. */
  readonly lastCheck?: {
    readonly at: string;
    readonly outcome: "accepted" | "expired" | "revoked-by-apple" | "unknown-to-apple" | "no-answer";
    readonly evidence: {
      /** HTTP status of Apple's answer. */
      readonly status?: number;
      /** Apple's error number. */
      readonly errorNumber?: number;
      /** Apple's name of the location. */
      readonly locationName?: string;
      /** Apple's unique identifier of the location. */
      readonly uId?: string;
      /** ISO 3166-1 alpha-2. */
      readonly country?: string;
      /** The MDM server that Apple names for the token. */
      readonly mdmInfo?: {
        readonly id: string;
        readonly name: string;
      };
      /** Why there is no answer about the token. */
      readonly noAnswer?: "answer_unreadable" | "certificate_refused" | "file_unavailable" | "redirected" | "server_error" | "switched_off" | "timed_out" | "too_many_requests" | "unexpected_answer" | "unreachable";
    };
  };
  /** A reason to doubt that Apple still accepts the token, which no check has answered since. */
  readonly doubt?: {
    readonly reason: "password-changed" | "account-disabled" | "reported";
    readonly at: string;
  };
  /** The earlier record of the same file, which ended or was withdrawn before. */
  readonly earlierRecord?: ContentTokenId;
  /** Only for a withdrawn token: its copies still open Apple's service, and this is how to end them. */
  readonly warning?: string;
  /** Those of `downloadedBy` who may no longer download it. A dedicated account needs no grant for it. */
  readonly withoutGrant?: readonly AccountId[];
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** Calendar days (UTC) until it ends; 0 once it has ended, for whatever cause. */
  readonly daysLeft: number;
  /** The MDM servers that people linked to it. An open link authorizes the MDM server to fetch tokens of the location; nothing else does. */
  readonly links: readonly {
    readonly mdmServerId: MdmServerId;
    /** When a person opened the link. */
    readonly linkedAt: string;
    /** When the link was closed: it authorizes nothing any more. */
    readonly removedAt?: string;
  }[];
  /** Evidence that MDM servers have it. A sighting authorizes nothing. */
  readonly sightings: readonly {
    readonly mdmServerId: MdmServerId;
    /** `fetched`: it was given a link to the file. `proved`: it polled with its own credential and the file's hash. `identified`: somebody with the token stated this MDM server's mdmInfo to the device API. `used`: the token was used while it was the only MDM server known to have it. `reported`: an administrator reported it. `apple`: Apple's API named it. */
    readonly how: "fetched" | "proved" | "identified" | "used" | "reported" | "apple";
    /** The name that was stated last. Anybody with the token can state any name. */
    readonly statedName?: string;
    /** When the MDM server was first seen with the token. */
    readonly firstAt: string;
    /** When it was last seen with it, in the way that `how` names, to five minutes. Later uses do not count. */
    readonly lastAt: string;
    /** When the MDM server itself last proved that it has the token: by a poll with the file's hash, or by identifying itself under an mdmInfo id that was stated with another token, or reported, before. */
    readonly provedAt?: string;
    /** When the token was first used with an identification of this MDM server, or while it was the only one known to have the token. That proves nothing about the MDM server. */
    readonly usedAt?: string;
    /** When the token was recorded as removed from the MDM server, or the location was closed. */
    readonly removedAt?: string;
  }[];
};

export type ContentTokenId = string;

export type CustodyAct = "token-issued" | "token-imported" | "token-downloaded" | "token-fetched" | "token-linked" | "token-claimed" | "token-used" | "token-unlinked" | "token-invalidated" | "token-withdrawn" | "token-checked" | "token-doubted" | "token-expired" | "account-registered" | "account-changed" | "account-disabled" | "account-removed" | "invitation-sent" | "password-changed" | "mdm-server-registered" | "mdm-server-changed" | "mdm-server-removed" | "credential-replaced" | "location-created" | "location-changed" | "location-closed" | "organization-founded" | "organization-changed" | "conflict-found" | "conflict-resolved" | "subscription-began" | "subscription-ended";

export type CustodyEntry = {
  readonly subject: SubjectId;
  readonly act: CustodyAct;
  readonly at: string;
  readonly by: Actor;
  readonly locationId?: LocationId;
  /** The words of whoever acted. */
  readonly reason?: string;
  /** What else there is to know, as texts: identifiers, times, causes. Never a secret, a link or an e-mail address. */
  readonly details: Readonly<Record<string, string>>;
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
};

export type DownloadLink = {
  readonly url: string;
  /** When the link ends. */
  readonly expiresAt: string;
  readonly fileName: string;
  /** SHA-256 of the file's bytes, hex. */
  readonly sha256: string;
};

export type Grant = {
  readonly role: "administrator" | "content-manager";
  readonly location: "all" | LocationId;
};

export type InvalidationCause = "password-changed" | "account-disabled" | "revoked" | "superseded" | "location-closed" | "revoked-by-apple" | "unknown-to-apple";

export type Location = {
  readonly id: LocationId;
  readonly name: string;
  /** Unique library identifier, 16 digits: what MDM servers tell tokens of one location by. Names are not unique, uIds are. */
  readonly uId: string;
  readonly primary: boolean;
  /** What Apple calls the location, once somebody said so: a token of another one is refused. */
  readonly appleUId?: string;
  /** The organization's name in the first token of Apple's that was imported: one of another organization is refused. */
  readonly appleOrgName?: string;
  /** Since when it is the built-in service's own: while the monthly subscription runs. */
  readonly reservedAt?: string;
  /** When it was closed, which is not undone. */
  readonly closedAt?: string;
  /** Two MDM servers have tokens of it, and nobody has said who keeps it. */
  readonly conflictId?: ConflictId;
};

export type LocationId = string;

export type MdmServer = {
  readonly id: MdmServerId;
  readonly name: string;
  readonly vendor: Vendor;
  /** What it last said of itself to a device API. */
  readonly mdmInfo?: {
    readonly id: string;
    readonly name: string;
    readonly metadata: string;
  };
  /** When it said that first, in just these words. */
  readonly saidAt?: string;
  readonly createdAt: string;
  readonly lastSeenAt?: string;
  readonly removedAt?: string;
  /** The tokens that people linked it to. It may fetch tokens of these locations, and of no others. */
  readonly links: readonly {
    readonly tokenId: ContentTokenId;
    /** When a person opened the link. */
    readonly linkedAt: string;
    readonly locationId: LocationId;
    /** The location is the built-in service's own: the token has to be removed from this MDM server. */
    readonly toBeRemoved?: true;
  }[];
  /** Evidence of the tokens that it has, which authorizes nothing. Of an MDM server that people linked, only at the locations where they did: elsewhere anybody with a token can name it, which is shown with that token and in the location's conflict. */
  readonly sightings: readonly {
    readonly tokenId: ContentTokenId;
    /** `fetched`: it was given a link to the file. `proved`: it polled with its own credential and the file's hash. `identified`: somebody with the token stated this MDM server's mdmInfo to the device API. `used`: the token was used while it was the only MDM server known to have it. `reported`: an administrator reported it. `apple`: Apple's API named it. */
    readonly how: "fetched" | "proved" | "identified" | "used" | "reported" | "apple";
    /** The name that was stated last. Anybody with the token can state any name. */
    readonly statedName?: string;
    /** When the MDM server was first seen with the token. */
    readonly firstAt: string;
    /** When it was last seen with it, in the way that `how` names, to five minutes. Later uses do not count. */
    readonly lastAt: string;
    /** When the MDM server itself last proved that it has the token: by a poll with the file's hash, or by identifying itself under an mdmInfo id that was stated with another token, or reported, before. */
    readonly provedAt?: string;
    /** When the token was first used with an identification of this MDM server, or while it was the only one known to have the token. That proves nothing about the MDM server. */
    readonly usedAt?: string;
    readonly locationId: LocationId;
    /** The location is the built-in service's own: the token has to be removed from this MDM server. */
    readonly toBeRemoved?: true;
  }[];
};

export type MdmServerId = string;

export type Organization = {
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly platform: "enterprisestore" | "volumestore";
  readonly reminderLadder: readonly (number)[];
  readonly renewalOverlapDays: number;
};

export type Problem = {
  /** `urn:content-tokens:problem:` and the reason. */
  readonly type: string;
  /** The same for every occurrence. */
  readonly title: string;
  /** The answer's status. */
  readonly status: number;
  /** What was expected, what came, what to do. */
  readonly detail: string;
  /** What clients branch on: a closed list, from which none is renamed or reused. */
  readonly reason: "account_disabled" | "account_exists" | "account_removed" | "already_held" | "another_location" | "asset_differs" | "bad_lines" | "body_too_large" | "busy" | "conflict_resolved" | "idempotency_key_reused" | "internal_error" | "invalid_input" | "invitation_accepted" | "irrevocable" | "location_closed" | "location_not_empty" | "location_reserved" | "malformed_json" | "mdm_info_taken" | "not_a_content_token" | "not_base64" | "not_device_assignable" | "not_enough_licenses" | "not_found" | "not_from_apple" | "not_linked" | "not_permitted" | "own_account" | "primary_in_use_required" | "primary_location" | "sign_in_outdated" | "time_in_future" | "token_expired" | "token_file_too_large" | "token_invalidated" | "token_withdrawn" | "too_many_holders" | "too_many_licenses" | "unauthenticated" | "unknown_account" | "version_mismatch" | "wrong_token_type";
  /** What the logs know the request by. */
  readonly requestId: string;
};

export type SubjectId = ContentTokenId | AccountId | MdmServerId | LocationId;

export type Vendor = "jamf-pro" | "microsoft-intune" | "fleet" | "zentral" | "other";

/** What the gateway answers by itself, before the service is asked. */
export type GatewayRefusal = {
  readonly message: string;
};

/** Problem details of one status, with the reasons that a route may give for it. */
export type Refusal<Status extends number, Reason extends Problem["reason"]> = Omit<Problem, "status" | "reason"> & {
  readonly status: Status;
  readonly reason: Reason;
};

/** Every route: what is asked (path, query and body in one), which headers it heeds, what is answered by status. */
export type Api = {
  /** Show the organization */
  readonly "GET /v1/organization": {
    readonly asked: Nothing;
    readonly headers: Nothing;
    readonly answered: {
      /** The organization */
      readonly 200: Organization;
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Rename the organization, or change when it is reminded and how long renewed tokens overlap */
  readonly "PATCH /v1/organization": {
    readonly asked: {
      readonly name?: string;
      readonly reminderLadder?: readonly (number)[];
      readonly renewalOverlapDays?: number;
    };
    readonly headers: {
      /** The ETag of the version that is meant: another one is not edited. */
      readonly "if-match"?: string;
    };
    readonly answered: {
      /** The organization as it is now */
      readonly 200: Organization & {
        /** The change is made; these deserve a look. */
        readonly warnings?: readonly {
          readonly code: "same-name";
          readonly message: string;
          /** Other locations of that name, as far as the caller may see them. */
          readonly locationIds: readonly LocationId[];
        }[];
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List the locations in the caller's reach */
  readonly "GET /v1/locations": {
    readonly asked: {
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of locations */
      readonly 200: {
        readonly items: readonly Location[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Create a location */
  readonly "POST /v1/locations": {
    readonly asked: {
      readonly name: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The location, with a uId of its own */
      readonly 201: Location & {
        /** The change is made; these deserve a look. */
        readonly warnings?: readonly {
          readonly code: "same-name";
          readonly message: string;
          /** Other locations of that name, as far as the caller may see them. */
          readonly locationIds: readonly LocationId[];
        }[];
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Show a location */
  readonly "GET /v1/locations/{id}": {
    readonly asked: {
      readonly id: LocationId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The location */
      readonly 200: Location;
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Rename a location, or say what Apple calls it */
  readonly "PATCH /v1/locations/{id}": {
    readonly asked: {
      readonly id: LocationId;
      readonly name?: string;
      /** What Apple calls the location, once somebody said so: a token of another one is refused. */
      readonly appleUId?: string;
      /** The organization's name in the first token of Apple's that was imported: one of another organization is refused. */
      readonly appleOrgName?: string;
    };
    readonly headers: {
      /** The ETag of the version that is meant: another one is not edited. */
      readonly "if-match"?: string;
    };
    readonly answered: {
      /** The location as it is now */
      readonly 200: Location & {
        /** The change is made; these deserve a look. */
        readonly warnings?: readonly {
          readonly code: "same-name";
          readonly message: string;
          /** Other locations of that name, as far as the caller may see them. */
          readonly locationIds: readonly LocationId[];
        }[];
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "location_closed" | "primary_location">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Close a location that has no license and no live token any more; that is not undone */
  readonly "DELETE /v1/locations/{id}": {
    readonly asked: {
      readonly id: LocationId;
    };
    readonly headers: {
      /** The ETag of the version that is meant: another one is not edited. */
      readonly "if-match"?: string;
    };
    readonly answered: {
      /** The location, closed */
      readonly 200: Location;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "location_not_empty" | "location_reserved" | "primary_location">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List the accounts, newest first, without removed ones */
  readonly "GET /v1/accounts": {
    readonly asked: {
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of accounts */
      readonly 200: {
        readonly items: readonly Account[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Invite somebody by e-mail, or register somebody of the identity provider by their subject */
  readonly "POST /v1/accounts": {
    readonly asked: {
      /** Whom the identity provider knows by it. Left out, whoever has the e-mail address is invited, unless the user pool knows them already. */
      readonly subject?: string;
      readonly email: string;
      readonly grants?: readonly Grant[];
      /** Made for downloading tokens alone, not a person's: nobody changes its password in passing. */
      readonly dedicated?: boolean;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The account */
      readonly 201: Account;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "account_exists" | "account_removed" | "location_closed">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Show an account, also a removed one */
  readonly "GET /v1/accounts/{id}": {
    readonly asked: {
      readonly id: AccountId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The account */
      readonly 200: Account;
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Change an account's grants, say whether it is dedicated, disable it and end the tokens it was given, or enable it again */
  readonly "PATCH /v1/accounts/{id}": {
    readonly asked: {
      readonly id: AccountId;
      readonly grants?: readonly Grant[];
      readonly dedicated?: boolean;
      /** False disables it and ends the tokens it was given. True enables it again; tokens that it was given before stay dead. */
      readonly enabled?: boolean;
    };
    readonly headers: {
      /** The ETag of the version that is meant: another one is not edited. */
      readonly "if-match"?: string;
    };
    readonly answered: {
      /** The account as it is now */
      readonly 200: Account;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "account_removed" | "location_closed" | "own_account">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Remove an account for good, end the tokens it was given and delete its person from the user pool */
  readonly "DELETE /v1/accounts/{id}": {
    readonly asked: {
      readonly id: AccountId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** What stays of the account */
      readonly 200: Account;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "own_account">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Send the invitation again, with a new temporary password */
  readonly "POST /v1/accounts/{id}/invitation": {
    readonly asked: {
      readonly id: AccountId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The account; the invitation is on its way */
      readonly 202: Account;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "account_removed" | "invitation_accepted">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Show what disabling or removing an account would cut off, and what to renew first */
  readonly "GET /v1/accounts/{id}/removal-preview": {
    readonly asked: {
      readonly id: AccountId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The tokens that would end, and the MDM servers that have them */
      readonly 200: {
        readonly accountId: AccountId;
        /** Tokens that would end, those whose MDM servers would be cut off first: the order in which to renew them, with another account. Reserved ones can't be renewed. */
        readonly tokens: readonly (ContentToken & {
          readonly cutOff: readonly {
            readonly id: MdmServerId;
            readonly name: string;
            readonly vendor: Vendor;
          }[];
        })[];
        /** Every MDM server that would be cut off. */
        readonly cutOff: readonly {
          readonly id: MdmServerId;
          readonly name: string;
          readonly vendor: Vendor;
        }[];
        /** Tokens of Apple's whose file the account has. They don't end by this, and the copy still opens Apple's service. */
        readonly copies: readonly (ContentToken & {
          /** The account is the person who downloaded the token from Apple. */
          readonly isDownloader: boolean;
        })[];
        readonly advice: readonly (string)[];
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Report that an account's password changed, which ends the tokens it was given before */
  readonly "POST /v1/accounts/{id}/password-changes": {
    readonly asked: {
      readonly id: AccountId;
      readonly occurredAt?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The account; the files of its tokens are being erased */
      readonly 202: Account;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "account_removed">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 422: Refusal<422, "time_in_future">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Show what a password change would cut off, and what to renew first */
  readonly "GET /v1/accounts/{id}/password-change-preview": {
    readonly asked: {
      readonly id: AccountId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The tokens that would end, and the MDM servers that have them */
      readonly 200: {
        readonly accountId: AccountId;
        /** Tokens that would end, those whose MDM servers would be cut off first: the order in which to renew them, with another account. Reserved ones can't be renewed. */
        readonly tokens: readonly (ContentToken & {
          readonly cutOff: readonly {
            readonly id: MdmServerId;
            readonly name: string;
            readonly vendor: Vendor;
          }[];
        })[];
        /** Every MDM server that would be cut off. */
        readonly cutOff: readonly {
          readonly id: MdmServerId;
          readonly name: string;
          readonly vendor: Vendor;
        }[];
        /** Tokens of Apple's whose file the account has. They don't end by this, and the copy still opens Apple's service. */
        readonly copies: readonly (ContentToken & {
          /** The account is the person who downloaded the token from Apple. */
          readonly isDownloader: boolean;
        })[];
        readonly advice: readonly (string)[];
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** List content tokens, newest first, of one location or of all in the caller's reach */
  readonly "GET /v1/content-tokens": {
    readonly asked: {
      readonly locationId?: LocationId;
      readonly state?: "active" | "expired" | "invalidated" | "withdrawn";
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of content tokens */
      readonly 200: {
        readonly items: readonly ContentToken[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Issue a content token of a location, for one calendar year */
  readonly "POST /v1/content-tokens": {
    readonly asked: {
      readonly locationId: LocationId;
    };
    readonly headers: {
      /** Chosen by the caller: repeated with the same key within a day, the request is answered with what the first one made. */
      readonly "idempotency-key"?: string;
    };
    readonly answered: {
      /** The content token, and which ones it renews */
      readonly 201: ContentToken & {
        /** Usable tokens that it renews: they work beside it until `overlapEndsAt`, or until their MDM servers have all moved on. */
        readonly renews: readonly ContentTokenId[];
        readonly overlapEndsAt?: string;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "idempotency_key_reused" | "location_closed" | "location_reserved">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Show a content token, and how to renew it for the MDM servers that have it */
  readonly "GET /v1/content-tokens/{id}": {
    readonly asked: {
      readonly id: ContentTokenId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token */
      readonly 200: ContentToken & {
        /** For each MDM server that would be cut off if the token ended, what a person has to do. */
        readonly renewal: readonly {
          readonly mdmServerId: MdmServerId;
          readonly name: string;
          readonly vendor: Vendor;
          readonly steps: readonly (string)[];
        }[];
        /** What each MDM server was last seen to ask this service's device API with it, to a few minutes; without mdmServerId where it can't be told which one it was. */
        readonly uses: readonly {
          readonly mdmServerId?: MdmServerId;
          readonly what: string;
          readonly at: string;
        }[];
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "location_reserved">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Show who did what to a content token, newest first */
  readonly "GET /v1/content-tokens/{id}/history": {
    readonly asked: {
      readonly id: ContentTokenId;
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of the custody log */
      readonly 200: {
        readonly items: readonly CustodyEntry[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Record what MDM server a token's device API names (mdmInfo), as evidence that it has the token */
  readonly "POST /v1/content-tokens/{id}/claims": {
    readonly asked: {
      readonly id: ContentTokenId;
      readonly mdmInfo: {
        readonly id: string;
        readonly name: string;
        readonly metadata: string;
      };
      /** The registered MDM server whose words these are. Without it an id that is new here is a new MDM server. */
      readonly mdmServerId?: MdmServerId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token with its links and sightings */
      readonly 200: ContentToken & {
        /** Another MDM server has a token of the same location: somebody has to say who keeps it. */
        readonly conflictId?: ConflictId;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "location_closed" | "mdm_info_taken">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Take in a content token that Apple issued */
  readonly "POST /v1/content-tokens/import": {
    readonly asked: {
      readonly locationId: LocationId;
      readonly fileName: string;
      /** Base64 of the file's bytes; white space in it is ignored. The file is base64 itself: it is encoded once more. */
      readonly file: string;
      /** The person who downloaded it from Apple, if they have an account here. Identity events about them lead to a check with Apple; they end nothing by themselves. */
      readonly downloadedBy?: AccountId | "unknown";
      /** The Managed Apple Account that downloaded it: a password change of it ends the token at Apple. Shown to administrators only. */
      readonly managedAppleAccount?: string;
      /** What Apple calls the location, as an MDM server shows it that has this token. */
      readonly appleUId?: string;
      /** For administrators: imports it although it seems to be another location's. The custody log keeps the reason. */
      readonly force?: {
        readonly reason: string;
      };
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token, and what spoke for or against the location */
      readonly 201: ContentToken & {
        readonly locationCheck: {
          readonly outcome: "nothing-known" | "no-difference" | "forced";
          readonly note: string;
          /** Other locations whose name is in the file's name, as far as the caller may see them. */
          readonly namedLocationIds?: readonly LocationId[];
        };
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "already_held" | "another_location" | "location_closed" | "location_reserved">;
      readonly 410: Refusal<410, "token_expired">;
      readonly 413: Refusal<413, "body_too_large" | "token_file_too_large"> | GatewayRefusal;
      readonly 422: Refusal<422, "not_a_content_token" | "not_base64" | "wrong_token_type">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Give a short-lived link to a content token's file */
  readonly "POST /v1/content-tokens/{id}/downloads": {
    readonly asked: {
      readonly id: ContentTokenId;
      /** For how many seconds the link is to live. It ends earlier when the token does. */
      readonly linkSeconds?: number;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The link, and when it ends */
      readonly 201: DownloadLink & {
        /** What would make the token last longer. */
        readonly advice?: string;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "location_reserved" | "token_invalidated" | "token_withdrawn" | "too_many_holders">;
      readonly 410: Refusal<410, "token_expired">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Revoke a content token: its file is erased, and links to it die. One of Apple's is withdrawn: copies still open Apple's service */
  readonly "POST /v1/content-tokens/{id}/revocation": {
    readonly asked: {
      readonly id: ContentTokenId;
      readonly reason: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token, ended or withdrawn */
      readonly 200: ContentToken;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "token_invalidated" | "token_withdrawn">;
      readonly 410: Refusal<410, "token_expired">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Ask Apple about an imported content token now; the answer appears as lastCheck */
  readonly "POST /v1/content-tokens/{id}/check": {
    readonly asked: {
      readonly id: ContentTokenId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token, before the answer */
      readonly 202: ContentToken;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "not_from_apple" | "token_invalidated" | "token_withdrawn">;
      readonly 410: Refusal<410, "token_expired">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Report that the Managed Apple Account that downloaded an imported content token changed its password */
  readonly "POST /v1/content-tokens/{id}/password-change-reports": {
    readonly asked: {
      readonly id: ContentTokenId;
      /** When the password of the Managed Apple Account changed. */
      readonly occurredAt: string;
      /** How you know that the token ended: an error 9625 in an MDM server, for example, or the words of the person who changed it. The custody log keeps it. Without it the token is in doubt, and Apple is asked. */
      readonly evidence?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token: ended by a report with evidence, in doubt by one without */
      readonly 200: ContentToken;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "not_from_apple" | "token_invalidated" | "token_withdrawn">;
      readonly 410: Refusal<410, "token_expired">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 422: Refusal<422, "time_in_future">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List the MDM servers that were ever registered, newest first */
  readonly "GET /v1/mdm-servers": {
    readonly asked: {
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of MDM servers */
      readonly 200: {
        readonly items: readonly MdmServer[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Register an MDM server */
  readonly "POST /v1/mdm-servers": {
    readonly asked: {
      readonly name: string;
      readonly vendor: Vendor;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The MDM server, and its credential, which is shown this once */
      readonly 201: MdmServer & {
        readonly credential: string;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Show an MDM server */
  readonly "GET /v1/mdm-servers/{id}": {
    readonly asked: {
      readonly id: MdmServerId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The MDM server */
      readonly 200: MdmServer;
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Change an MDM server's name or vendor */
  readonly "PATCH /v1/mdm-servers/{id}": {
    readonly asked: {
      readonly id: MdmServerId;
      readonly name?: string;
      readonly vendor?: Vendor;
    };
    readonly headers: {
      /** The ETag of the version that is meant: another one is not edited. */
      readonly "if-match"?: string;
    };
    readonly answered: {
      /** The MDM server as it is now */
      readonly 200: MdmServer;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Remove an MDM server: its credential opens nothing any more, and its links are closed */
  readonly "DELETE /v1/mdm-servers/{id}": {
    readonly asked: {
      readonly id: MdmServerId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The MDM server, removed */
      readonly 200: MdmServer;
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Link an MDM server to a content token: it may fetch this and later tokens of the location until the link is closed */
  readonly "PUT /v1/mdm-servers/{id}/links/{tokenId}": {
    readonly asked: {
      readonly id: MdmServerId;
      readonly tokenId: ContentTokenId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token with its links and sightings */
      readonly 200: ContentToken & {
        /** Another MDM server has a token of the same location: somebody has to say who keeps it. */
        readonly conflictId?: ConflictId;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "location_reserved" | "token_invalidated" | "token_withdrawn">;
      readonly 410: Refusal<410, "token_expired">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Record that a content token was removed from an MDM server, and close its link */
  readonly "DELETE /v1/mdm-servers/{id}/links/{tokenId}": {
    readonly asked: {
      readonly id: MdmServerId;
      readonly tokenId: ContentTokenId;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The content token with its links and sightings, and whether the MDM server may still fetch */
      readonly 200: ContentToken & {
        /** True if the MDM server may still fetch tokens of the location, since a person linked it to another one that it has. */
        readonly mayFetch: boolean;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Replace an MDM server's credential; the earlier one works for another day, unless it is revoked now */
  readonly "POST /v1/mdm-servers/{id}/credential": {
    readonly asked: {
      readonly id: MdmServerId;
      /** Ends all earlier credentials at once. Use it when one leaked; without it the earlier one works for another 24 hours. */
      readonly revokeNow?: boolean;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The new credential, which is shown this once */
      readonly 201: {
        readonly credential: string;
        /** Until when the one before still opens. */
        readonly earlierEndsAt?: string;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 412: Refusal<412, "version_mismatch">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List where two MDM servers had tokens of one location, newest first */
  readonly "GET /v1/conflicts": {
    readonly asked: {
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of conflicts */
      readonly 200: {
        readonly items: readonly Conflict[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Resolve a conflict by saying which MDM server keeps the location */
  readonly "POST /v1/conflicts/{id}/resolution": {
    readonly asked: {
      readonly id: ConflictId;
      readonly keptBy: MdmServerId;
      readonly reason: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The conflict, resolved */
      readonly 200: Conflict & {
        /** The MDM servers that still hold a token which is no longer theirs to use. */
        readonly toBeRemovedFrom: readonly MdmServerId[];
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_linked" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "conflict_resolved">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Show the monthly subscription, and from which MDM servers a token has to be removed */
  readonly "GET /v1/subscription": {
    readonly asked: Nothing;
    readonly headers: Nothing;
    readonly answered: {
      /** The subscription */
      readonly 200: {
        readonly plan: "none" | "monthly";
        /** When the plan that there is now began. */
        readonly sinceAt?: string;
        /** The built-in service's own location, while the plan is monthly. */
        readonly locationId?: LocationId;
        /** Whether that is the primary location: its token is not shown or given out. */
        readonly isPrimaryReserved: boolean;
        /** MDM servers that hold a token of the built-in service's location. Remove it there, then say so: DELETE the link. Shown to whoever may see that location's tokens. */
        readonly toBeRemoved: readonly {
          readonly mdmServerId: MdmServerId;
          readonly name: string;
          readonly vendor: Vendor;
          readonly tokenId: ContentTokenId;
          /** When it was linked to the token, or first seen with it. */
          readonly firstAt: string;
        }[];
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Begin the monthly subscription, which gives the built-in service a location, or end it */
  readonly "PUT /v1/subscription": {
    readonly asked: {
      readonly plan: "none" | "monthly";
      /** Whether anything was assigned with a token of the primary location. Has to be said when one of Apple's was imported for it. If so, the built-in service gets a new location, and the primary one keeps its token. */
      readonly primaryInUse?: boolean;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The subscription as it is now; told again, nothing changes */
      readonly 200: {
        readonly plan: "none" | "monthly";
        /** When the plan that there is now began. */
        readonly sinceAt?: string;
        /** The built-in service's own location, while the plan is monthly. */
        readonly locationId?: LocationId;
        /** Whether that is the primary location: its token is not shown or given out. */
        readonly isPrimaryReserved: boolean;
        /** MDM servers that hold a token of the built-in service's location. Remove it there, then say so: DELETE the link. Shown to whoever may see that location's tokens. */
        readonly toBeRemoved: readonly {
          readonly mdmServerId: MdmServerId;
          readonly name: string;
          readonly vendor: Vendor;
          readonly tokenId: ContentTokenId;
          /** When it was linked to the token, or first seen with it. */
          readonly firstAt: string;
        }[];
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 422: Refusal<422, "primary_in_use_required">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List the licenses of a location, asset by asset */
  readonly "GET /v1/licenses": {
    readonly asked: {
      readonly locationId: LocationId;
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of assets with their counts */
      readonly 200: {
        readonly items: readonly {
          readonly locationId: LocationId;
          /** The app or book in Apple's store, its digits as text. */
          readonly adamId: string;
          /** Standard quality, or high quality (of some books). */
          readonly pricingParam: "STDQ" | "PLUS";
          readonly productType: "App" | "Book";
          readonly name?: string;
          /** What an app is installed as, such as `com.apple.Pages`. */
          readonly bundleId?: string;
          /** Whether a license can be assigned to a device's serial number. Of a book none can. */
          readonly deviceAssignable: boolean;
          /** Whether an assigned license comes back when it is unassigned. Of a book none does. */
          readonly revocable: boolean;
          readonly supportedPlatforms: readonly ("iOS" | "macOS" | "tvOS" | "watchOS" | "visionOS")[];
          readonly available: number;
          readonly assigned: number;
          readonly retired: number;
          /** Available, assigned and retired together. */
          readonly total: number;
        }[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Record licenses that were acquired for a location */
  readonly "POST /v1/licenses": {
    readonly asked: {
      readonly locationId: LocationId;
      /** The app or book in Apple's store, its digits as text. */
      readonly adamId: string;
      /** Standard quality, or high quality (of some books). */
      readonly pricingParam?: "STDQ" | "PLUS";
      readonly productType: "App" | "Book";
      readonly name?: string;
      /** What an app is installed as, such as `com.apple.Pages`. */
      readonly bundleId?: string;
      readonly quantity: number;
      /** Whether a license can be assigned to a device's serial number. Of a book none can. */
      readonly deviceAssignable?: boolean;
      /** Whether an assigned license comes back when it is unassigned. Of a book none does. */
      readonly revocable?: boolean;
      /** Left out, a known asset keeps its platforms, and a new one is for iOS. */
      readonly supportedPlatforms?: readonly ("iOS" | "macOS" | "tvOS" | "watchOS" | "visionOS")[];
    };
    readonly headers: {
      /** Chosen by the caller: repeated with the same key within a day, the request is answered with what the first one made. */
      readonly "idempotency-key"?: string;
    };
    readonly answered: {
      /** The asset with its counts as they are now */
      readonly 201: {
        readonly locationId: LocationId;
        /** The app or book in Apple's store, its digits as text. */
        readonly adamId: string;
        /** Standard quality, or high quality (of some books). */
        readonly pricingParam: "STDQ" | "PLUS";
        readonly productType: "App" | "Book";
        readonly name?: string;
        /** What an app is installed as, such as `com.apple.Pages`. */
        readonly bundleId?: string;
        /** Whether a license can be assigned to a device's serial number. Of a book none can. */
        readonly deviceAssignable: boolean;
        /** Whether an assigned license comes back when it is unassigned. Of a book none does. */
        readonly revocable: boolean;
        readonly supportedPlatforms: readonly ("iOS" | "macOS" | "tvOS" | "watchOS" | "visionOS")[];
        readonly available: number;
        readonly assigned: number;
        readonly retired: number;
        /** Available, assigned and retired together. */
        readonly total: number;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "asset_differs" | "idempotency_key_reused" | "location_closed" | "too_many_licenses">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Change the name, the bundle id and the platforms of an asset of a location */
  readonly "PATCH /v1/licenses": {
    readonly asked: {
      readonly locationId: LocationId;
      /** The app or book in Apple's store, its digits as text. */
      readonly adamId: string;
      /** Standard quality, or high quality (of some books). */
      readonly pricingParam?: "STDQ" | "PLUS";
      readonly name?: string;
      /** What an app is installed as, such as `com.apple.Pages`. */
      readonly bundleId?: string;
      readonly supportedPlatforms?: readonly ("iOS" | "macOS" | "tvOS" | "watchOS" | "visionOS")[];
    };
    readonly headers: Nothing;
    readonly answered: {
      /** The asset with its counts; told again, nothing changes */
      readonly 200: {
        readonly locationId: LocationId;
        /** The app or book in Apple's store, its digits as text. */
        readonly adamId: string;
        /** Standard quality, or high quality (of some books). */
        readonly pricingParam: "STDQ" | "PLUS";
        readonly productType: "App" | "Book";
        readonly name?: string;
        /** What an app is installed as, such as `com.apple.Pages`. */
        readonly bundleId?: string;
        /** Whether a license can be assigned to a device's serial number. Of a book none can. */
        readonly deviceAssignable: boolean;
        /** Whether an assigned license comes back when it is unassigned. Of a book none does. */
        readonly revocable: boolean;
        readonly supportedPlatforms: readonly ("iOS" | "macOS" | "tvOS" | "watchOS" | "visionOS")[];
        readonly available: number;
        readonly assigned: number;
        readonly retired: number;
        /** Available, assigned and retired together. */
        readonly total: number;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "location_closed">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Record licenses that were acquired, as CSV, or check the file in a dry run */
  readonly "POST /v1/licenses/import": {
    readonly asked: {
      readonly locationId: LocationId;
      /** The file's text. Its first line names the columns: adamId, productType and quantity are needed; pricingParam, name, deviceAssignable, revocable and supportedPlatforms (separated by spaces; iOS for a new asset without it) are not. */
      readonly csv?: string;
      /** Base64 of the file's bytes, instead of `csv`: UTF-8, or UTF-16 with a byte order mark. White space in it is ignored. */
      readonly file?: string;
      /** Tells what is wrong with the file, and takes nothing. */
      readonly dryRun?: boolean;
    };
    readonly headers: {
      /** Chosen by the caller: repeated with the same key within a day, the request is answered with what the first one made. */
      readonly "idempotency-key"?: string;
    };
    readonly answered: {
      /** What the file says, and every bad line of it */
      readonly 200: {
        readonly dryRun: boolean;
        /** Lines that are good. */
        readonly lines: number;
        /** How many assets they are about. */
        readonly assets: number;
        /** How many licenses they add up to. */
        readonly quantity: number;
        /** Every bad line. With one, nothing is taken. */
        readonly problems: readonly {
          /** 1 is the line of the columns' names. */
          readonly line: number;
          readonly problem: string;
        }[];
        /** The encoding that was found. Left out if the file has bytes of no supported encoding. */
        readonly encoding?: "UTF-8" | "UTF-16LE" | "UTF-16BE";
        /** The separator that was found. Left out if the first line does not show one. */
        readonly separator?: "comma" | "semicolon" | "tab";
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "asset_differs" | "idempotency_key_reused" | "location_closed" | "too_many_licenses">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 422: Refusal<422, "bad_lines">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List transfers of licenses, newest first, of one location or of all in the caller's reach */
  readonly "GET /v1/license-transfers": {
    readonly asked: {
      readonly locationId?: LocationId;
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of transfers */
      readonly 200: {
        readonly items: readonly {
          readonly id: string;
          readonly fromLocationId: LocationId;
          readonly toLocationId: LocationId;
          /** The app or book in Apple's store, its digits as text. */
          readonly adamId: string;
          /** Standard quality, or high quality (of some books). */
          readonly pricingParam: "STDQ" | "PLUS";
          readonly quantity: number;
          readonly at: string;
          readonly by: AccountId;
        }[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Transfer unassigned licenses from one location to another, or say in a dry run what would be possible */
  readonly "POST /v1/license-transfers": {
    readonly asked: {
      readonly fromLocationId: LocationId;
      readonly toLocationId: LocationId;
      /** The app or book in Apple's store, its digits as text. */
      readonly adamId: string;
      /** Standard quality, or high quality (of some books). */
      readonly pricingParam?: "STDQ" | "PLUS";
      readonly quantity: number;
      /** Says what would be possible, and changes nothing. */
      readonly dryRun?: boolean;
    };
    readonly headers: {
      /** Chosen by the caller: repeated with the same key within a day, the request is answered with what the first one made. */
      readonly "idempotency-key"?: string;
    };
    readonly answered: {
      /** What would be possible (dryRun) */
      readonly 200: {
        readonly id: string;
        readonly fromLocationId: LocationId;
        readonly toLocationId: LocationId;
        /** The app or book in Apple's store, its digits as text. */
        readonly adamId: string;
        /** Standard quality, or high quality (of some books). */
        readonly pricingParam: "STDQ" | "PLUS";
        readonly quantity: number;
        readonly at: string;
        readonly by: AccountId;
      } | {
        readonly dryRun: true;
        readonly possible: boolean;
        /** How many could be transferred now, at most. */
        readonly most: number;
        /** What it would be refused for. */
        readonly reason?: "account_disabled" | "account_exists" | "account_removed" | "already_held" | "another_location" | "asset_differs" | "bad_lines" | "body_too_large" | "busy" | "conflict_resolved" | "idempotency_key_reused" | "internal_error" | "invalid_input" | "invitation_accepted" | "irrevocable" | "location_closed" | "location_not_empty" | "location_reserved" | "malformed_json" | "mdm_info_taken" | "not_a_content_token" | "not_base64" | "not_device_assignable" | "not_enough_licenses" | "not_found" | "not_from_apple" | "not_linked" | "not_permitted" | "own_account" | "primary_in_use_required" | "primary_location" | "sign_in_outdated" | "time_in_future" | "token_expired" | "token_file_too_large" | "token_invalidated" | "token_withdrawn" | "too_many_holders" | "too_many_licenses" | "unauthenticated" | "unknown_account" | "version_mismatch" | "wrong_token_type";
        readonly detail?: string;
        /** What there is at the location that gives. */
        readonly from: {
          readonly available: number;
          readonly assigned: number;
          readonly retired: number;
        };
        readonly to: {
          readonly available: number;
          readonly assigned: number;
          readonly retired: number;
        };
      };
      /** The transfer */
      readonly 201: {
        readonly id: string;
        readonly fromLocationId: LocationId;
        readonly toLocationId: LocationId;
        /** The app or book in Apple's store, its digits as text. */
        readonly adamId: string;
        /** Standard quality, or high quality (of some books). */
        readonly pricingParam: "STDQ" | "PLUS";
        readonly quantity: number;
        readonly at: string;
        readonly by: AccountId;
      } | {
        readonly dryRun: true;
        readonly possible: boolean;
        /** How many could be transferred now, at most. */
        readonly most: number;
        /** What it would be refused for. */
        readonly reason?: "account_disabled" | "account_exists" | "account_removed" | "already_held" | "another_location" | "asset_differs" | "bad_lines" | "body_too_large" | "busy" | "conflict_resolved" | "idempotency_key_reused" | "internal_error" | "invalid_input" | "invitation_accepted" | "irrevocable" | "location_closed" | "location_not_empty" | "location_reserved" | "malformed_json" | "mdm_info_taken" | "not_a_content_token" | "not_base64" | "not_device_assignable" | "not_enough_licenses" | "not_found" | "not_from_apple" | "not_linked" | "not_permitted" | "own_account" | "primary_in_use_required" | "primary_location" | "sign_in_outdated" | "time_in_future" | "token_expired" | "token_file_too_large" | "token_invalidated" | "token_withdrawn" | "too_many_holders" | "too_many_licenses" | "unauthenticated" | "unknown_account" | "version_mismatch" | "wrong_token_type";
        readonly detail?: string;
        /** What there is at the location that gives. */
        readonly from: {
          readonly available: number;
          readonly assigned: number;
          readonly retired: number;
        };
        readonly to: {
          readonly available: number;
          readonly assigned: number;
          readonly retired: number;
        };
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "asset_differs" | "idempotency_key_reused" | "location_closed" | "not_enough_licenses" | "too_many_licenses">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List who has licenses of a location */
  readonly "GET /v1/assignments": {
    readonly asked: {
      readonly locationId: LocationId;
      /** The app or book in Apple's store, its digits as text. */
      readonly adamId?: string;
      /** Of the asset that `adamId` names. */
      readonly pricingParam?: "STDQ" | "PLUS";
      readonly serialNumber?: string;
      readonly clientUserId?: string;
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of assignments */
      readonly 200: {
        readonly items: readonly {
          readonly locationId: LocationId;
          /** The app or book in Apple's store, its digits as text. */
          readonly adamId: string;
          /** Standard quality, or high quality (of some books). */
          readonly pricingParam: "STDQ" | "PLUS";
          readonly serialNumber?: string;
          readonly clientUserId?: string;
          readonly assignedAt: string;
        }[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Assign licenses to serial numbers and client users, to all of them or to none */
  readonly "POST /v1/assignments": {
    readonly asked: {
      readonly locationId: LocationId;
      /** The app or book in Apple's store, its digits as text. */
      readonly adamId: string;
      /** Standard quality, or high quality (of some books). */
      readonly pricingParam?: "STDQ" | "PLUS";
      /** Of both together 80 at most. */
      readonly serialNumbers?: readonly (string)[];
      /** Of both together 80 at most. */
      readonly clientUserIds?: readonly (string)[];
    };
    readonly headers: {
      /** Chosen by the caller: repeated with the same key within a day, the request is answered with what the first one made. */
      readonly "idempotency-key"?: string;
    };
    readonly answered: {
      /** How many were assigned, and what there is now */
      readonly 200: {
        /** How many were given a license by this request. */
        readonly assigned: number;
        /** How many had one: that costs no second license. */
        readonly alreadyAssigned: number;
        /** What there is now. */
        readonly license: {
          readonly locationId: LocationId;
          /** The app or book in Apple's store, its digits as text. */
          readonly adamId: string;
          /** Standard quality, or high quality (of some books). */
          readonly pricingParam: "STDQ" | "PLUS";
          readonly productType: "App" | "Book";
          readonly name?: string;
          /** What an app is installed as, such as `com.apple.Pages`. */
          readonly bundleId?: string;
          /** Whether a license can be assigned to a device's serial number. Of a book none can. */
          readonly deviceAssignable: boolean;
          /** Whether an assigned license comes back when it is unassigned. Of a book none does. */
          readonly revocable: boolean;
          readonly supportedPlatforms: readonly ("iOS" | "macOS" | "tvOS" | "watchOS" | "visionOS")[];
          readonly available: number;
          readonly assigned: number;
          readonly retired: number;
          /** Available, assigned and retired together. */
          readonly total: number;
        };
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "idempotency_key_reused" | "location_closed" | "not_device_assignable" | "not_enough_licenses">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Take licenses back from serial numbers and client users */
  readonly "POST /v1/assignments/removals": {
    readonly asked: {
      readonly locationId: LocationId;
      /** The app or book in Apple's store, its digits as text. */
      readonly adamId: string;
      /** Standard quality, or high quality (of some books). */
      readonly pricingParam?: "STDQ" | "PLUS";
      /** Of both together 80 at most. */
      readonly serialNumbers?: readonly (string)[];
      /** Of both together 80 at most. */
      readonly clientUserIds?: readonly (string)[];
    };
    readonly headers: Nothing;
    readonly answered: {
      /** How many came back, and what there is now */
      readonly 200: {
        /** How many licenses came back by this request. */
        readonly unassigned: number;
        /** How many had none. */
        readonly notAssigned: number;
        /** What there is now. */
        readonly license: {
          readonly locationId: LocationId;
          /** The app or book in Apple's store, its digits as text. */
          readonly adamId: string;
          /** Standard quality, or high quality (of some books). */
          readonly pricingParam: "STDQ" | "PLUS";
          readonly productType: "App" | "Book";
          readonly name?: string;
          /** What an app is installed as, such as `com.apple.Pages`. */
          readonly bundleId?: string;
          /** Whether a license can be assigned to a device's serial number. Of a book none can. */
          readonly deviceAssignable: boolean;
          /** Whether an assigned license comes back when it is unassigned. Of a book none does. */
          readonly revocable: boolean;
          readonly supportedPlatforms: readonly ("iOS" | "macOS" | "tvOS" | "watchOS" | "visionOS")[];
          readonly available: number;
          readonly assigned: number;
          readonly retired: number;
          /** Available, assigned and retired together. */
          readonly total: number;
        };
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 409: Refusal<409, "irrevocable">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** Retire client users: what of theirs can come back does, the rest is retired with them */
  readonly "POST /v1/assignments/retirements": {
    readonly asked: {
      readonly locationId: LocationId;
      readonly clientUserIds: readonly (string)[];
    };
    readonly headers: Nothing;
    readonly answered: {
      /** How many licenses came back, and how many never will */
      readonly 200: {
        /** How many licenses came back. */
        readonly unassigned: number;
        /** How many never will. */
        readonly retired: number;
      };
      readonly 400: Refusal<400, "invalid_input" | "malformed_json">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 404: Refusal<404, "not_found">;
      readonly 413: Refusal<413, "body_too_large"> | GatewayRefusal;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
  /** List what was done, newest first: to one subject, by one actor, of one kind, at one location, or within a time */
  readonly "GET /v1/custody-log": {
    readonly asked: {
      readonly subject?: SubjectId;
      readonly by?: Actor;
      readonly act?: CustodyAct;
      readonly locationId?: LocationId;
      readonly from?: string;
      readonly to?: string;
      /** How many to answer at most. A page may hold fewer, and still have a `next`. */
      readonly limit?: number;
      /** The `next` of an earlier page of the same list. */
      readonly after?: string;
    };
    readonly headers: Nothing;
    readonly answered: {
      /** A page of the custody log */
      readonly 200: {
        readonly items: readonly CustodyEntry[];
        /** Where the list goes on: the next request's `after`. */
        readonly next?: string;
      };
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "sign_in_outdated" | "unauthenticated"> | GatewayRefusal;
      readonly 403: Refusal<403, "account_disabled" | "not_permitted" | "unknown_account">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Say that the service answers */
  readonly "GET /v1/health": {
    readonly asked: Nothing;
    readonly headers: Nothing;
    readonly answered: {
      /** It does */
      readonly 200: {
        readonly status: "ok";
      };
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Answer the API's OpenAPI document */
  readonly "GET /v1/openapi.json": {
    readonly asked: Nothing;
    readonly headers: Nothing;
    readonly answered: {
      /** The API as an OpenAPI 3.1 document */
      readonly 200: {
        readonly openapi: string;
      };
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: GatewayRefusal;
    };
  };
  /** Fetch the current content token of a location that a person linked the MDM server at */
  readonly "GET /v1/fetch/content-token": {
    readonly asked: {
      /** One of the locations that the MDM server is linked at. Without it, the one it was linked at first: a later link changes no running poll. */
      readonly location?: LocationId;
    };
    readonly headers: {
      /** The ETag of the caller's copy, or its bare `sha256`. `*` is always answered with 304 and never returns a file. */
      readonly "if-none-match"?: string;
    };
    readonly answered: {
      /** The link, for whoever accepts application/json */
      readonly 200: DownloadLink & {
        /** The other locations that the MDM server is linked at: fetch their tokens with `?location=`. */
        readonly otherLocations: readonly LocationId[];
      };
      /** To the file, by a link that lives a minute */
      readonly 303: undefined;
      /** The caller has the current file: If-None-Match names its ETag, or its sha256 without quotation marks */
      readonly 304: undefined;
      readonly 400: Refusal<400, "invalid_input">;
      readonly 401: Refusal<401, "unauthenticated">;
      readonly 403: Refusal<403, "not_linked">;
      readonly 409: Refusal<409, "location_reserved" | "token_invalidated" | "token_withdrawn">;
      readonly 410: Refusal<410, "token_expired">;
      readonly 429: GatewayRefusal;
      readonly 500: Refusal<500, "internal_error"> | GatewayRefusal;
      readonly 503: Refusal<503, "busy"> | GatewayRefusal;
    };
  };
};

/** The statuses that each route answers with. */
export const STATUSES: { readonly [Key in keyof Api]: readonly (keyof Api[Key]["answered"])[] } = {
  "GET /v1/organization": [200, 400, 401, 403, 429, 500, 503],
  "PATCH /v1/organization": [200, 400, 401, 403, 412, 413, 429, 500, 503],
  "GET /v1/locations": [200, 400, 401, 403, 429, 500, 503],
  "POST /v1/locations": [201, 400, 401, 403, 413, 429, 500, 503],
  "GET /v1/locations/{id}": [200, 400, 401, 403, 404, 429, 500, 503],
  "PATCH /v1/locations/{id}": [200, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503],
  "DELETE /v1/locations/{id}": [200, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503],
  "GET /v1/accounts": [200, 400, 401, 403, 429, 500, 503],
  "POST /v1/accounts": [201, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503],
  "GET /v1/accounts/{id}": [200, 400, 401, 403, 404, 429, 500, 503],
  "PATCH /v1/accounts/{id}": [200, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503],
  "DELETE /v1/accounts/{id}": [200, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503],
  "POST /v1/accounts/{id}/invitation": [202, 400, 401, 403, 404, 409, 412, 413, 429, 500, 503],
  "GET /v1/accounts/{id}/removal-preview": [200, 400, 401, 403, 404, 429, 500, 503],
  "POST /v1/accounts/{id}/password-changes": [202, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503],
  "GET /v1/accounts/{id}/password-change-preview": [200, 400, 401, 403, 404, 429, 500, 503],
  "GET /v1/content-tokens": [200, 400, 401, 403, 429, 500, 503],
  "POST /v1/content-tokens": [201, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "GET /v1/content-tokens/{id}": [200, 400, 401, 403, 404, 409, 429, 500, 503],
  "GET /v1/content-tokens/{id}/history": [200, 400, 401, 403, 404, 429, 500, 503],
  "POST /v1/content-tokens/{id}/claims": [200, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "POST /v1/content-tokens/import": [201, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503],
  "POST /v1/content-tokens/{id}/downloads": [201, 400, 401, 403, 404, 409, 410, 413, 429, 500, 503],
  "POST /v1/content-tokens/{id}/revocation": [200, 400, 401, 403, 404, 409, 410, 413, 429, 500, 503],
  "POST /v1/content-tokens/{id}/check": [202, 400, 401, 403, 404, 409, 410, 413, 429, 500, 503],
  "POST /v1/content-tokens/{id}/password-change-reports": [200, 400, 401, 403, 404, 409, 410, 413, 422, 429, 500, 503],
  "GET /v1/mdm-servers": [200, 400, 401, 403, 429, 500, 503],
  "POST /v1/mdm-servers": [201, 400, 401, 403, 413, 429, 500, 503],
  "GET /v1/mdm-servers/{id}": [200, 400, 401, 403, 404, 429, 500, 503],
  "PATCH /v1/mdm-servers/{id}": [200, 400, 401, 403, 404, 412, 413, 429, 500, 503],
  "DELETE /v1/mdm-servers/{id}": [200, 400, 401, 403, 404, 412, 413, 429, 500, 503],
  "PUT /v1/mdm-servers/{id}/links/{tokenId}": [200, 400, 401, 403, 404, 409, 410, 413, 429, 500, 503],
  "DELETE /v1/mdm-servers/{id}/links/{tokenId}": [200, 400, 401, 403, 404, 413, 429, 500, 503],
  "POST /v1/mdm-servers/{id}/credential": [201, 400, 401, 403, 404, 412, 413, 429, 500, 503],
  "GET /v1/conflicts": [200, 400, 401, 403, 429, 500, 503],
  "POST /v1/conflicts/{id}/resolution": [200, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "GET /v1/subscription": [200, 400, 401, 403, 429, 500, 503],
  "PUT /v1/subscription": [200, 400, 401, 403, 413, 422, 429, 500, 503],
  "GET /v1/licenses": [200, 400, 401, 403, 404, 429, 500, 503],
  "POST /v1/licenses": [201, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "PATCH /v1/licenses": [200, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "POST /v1/licenses/import": [200, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503],
  "GET /v1/license-transfers": [200, 400, 401, 403, 404, 429, 500, 503],
  "POST /v1/license-transfers": [200, 201, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "GET /v1/assignments": [200, 400, 401, 403, 404, 429, 500, 503],
  "POST /v1/assignments": [200, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "POST /v1/assignments/removals": [200, 400, 401, 403, 404, 409, 413, 429, 500, 503],
  "POST /v1/assignments/retirements": [200, 400, 401, 403, 404, 413, 429, 500, 503],
  "GET /v1/custody-log": [200, 400, 401, 403, 429, 500, 503],
  "GET /v1/health": [200, 429, 500, 503],
  "GET /v1/openapi.json": [200, 429, 500, 503],
  "GET /v1/fetch/content-token": [200, 303, 304, 400, 401, 403, 409, 410, 429, 500, 503],
};
