// Made by generate.mjs from the server's OpenAPI document; not written by hand.
export interface paths {
    "/api/v1/about": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This installation */
        get: operations["get_about"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List and search accounts
         * @description Needs the role viewer.
         */
        get: operations["get_accounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An account
         * @description Needs the role viewer.
         */
        get: operations["get_accounts_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who belongs to an account
         * @description Needs the role viewer.
         */
        get: operations["get_accounts_by_id_members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alerts of goals
         * @description Needs the role viewer.
         */
        get: operations["get_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what
         * @description Needs the role admin.
         */
        get: operations["get_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The campaigns, and how far each is
         * @description Needs the role viewer.
         */
        get: operations["get_campaigns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A campaign, and how far it is
         * @description Needs the role viewer.
         */
        get: operations["get_campaigns_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a campaign
         * @description Needs the role editor.
         */
        post: operations["post_campaigns_by_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/estimate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a campaign comes to if it began now
         * @description Needs the role viewer.
         */
        post: operations["post_campaigns_by_id_estimate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a campaign
         * @description Needs the role editor.
         */
        post: operations["post_campaigns_by_id_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on after a pause
         * @description Needs the role editor.
         */
        post: operations["post_campaigns_by_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a campaign now
         * @description Needs the role editor.
         */
        post: operations["post_campaigns_by_id_start"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/campaigns/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send every variant to some people
         * @description Needs the role editor.
         */
        post: operations["post_campaigns_by_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/catalogs/{id}/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Rows of a catalogue
         * @description Needs the role viewer.
         */
        get: operations["get_catalogs_by_id_rows"];
        /**
         * Add or replace rows of a catalogue
         * @description Needs the role editor.
         */
        put: operations["put_catalogs_by_id_rows"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/catalogs/{id}/rows/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a row of a catalogue
         * @description Needs the role editor.
         */
        delete: operations["delete_catalogs_by_id_rows_by_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live channels, and whether they can be used
         * @description Needs the role viewer.
         */
        get: operations["get_channels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/vapid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A new pair of keys for web push
         * @description Needs the role admin.
         */
        post: operations["post_channels_vapid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channels/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a channel, with a mail to a member
         * @description Needs the role admin.
         */
        post: operations["post_channels_by_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/coupons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a pool of coupon codes stands
         * @description Needs the role viewer.
         */
        get: operations["get_coupons_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/coupons/{id}/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Add coupon codes to a pool
         * @description Needs the role editor.
         */
        put: operations["put_coupons_by_id_codes"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/dashboards/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What everything on a dashboard comes to
         * @description Needs the role viewer.
         */
        get: operations["get_dashboards_by_id_results"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/data-quality": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was not accepted, and why
         * @description Needs the role viewer.
         */
        get: operations["get_data_quality"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/data-quality/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Exact counts by day and reason
         * @description Needs the role viewer.
         */
        get: operations["get_data_quality_counts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live sending domains and their DNS records
         * @description Needs the role viewer.
         */
        get: operations["get_domains"];
        put?: never;
        /**
         * Make the keys of a sending domain
         * @description Needs the role admin.
         */
        post: operations["post_domains"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/domains/{id}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the DNS says of a sending domain
         * @description Needs the role viewer.
         */
        get: operations["get_domains_by_id_check"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens now, over all customers
         * @description Needs the role viewer.
         */
        get: operations["get_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/catalogue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events, properties and traits ever seen
         * @description Needs the role viewer.
         */
        get: operations["get_events_catalogue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every event as JSON lines
         * @description Needs the role admin.
         */
        get: operations["get_exports_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/exports/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every customer as JSON lines
         * @description Needs the role admin.
         */
        get: operations["get_exports_profiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/goals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the goals stand
         * @description Needs the role viewer.
         */
        get: operations["get_goals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/goals/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How a goal would stand
         * @description Needs the role viewer.
         */
        post: operations["post_goals_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/goals/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a goal stands, and stood
         * @description Needs the role viewer.
         */
        get: operations["get_goals_by_id_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/identities/{namespace}/{value}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whose an identifier is
         * @description Needs the role viewer.
         */
        get: operations["get_identities_by_namespace_by_value"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List imports
         * @description Needs the role viewer.
         */
        get: operations["get_imports"];
        put?: never;
        /**
         * Import a file
         * @description Needs the role editor.
         */
        post: operations["post_imports"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An import and its progress
         * @description Needs the role viewer.
         */
        get: operations["get_imports_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop an import
         * @description Needs the role editor.
         */
        post: operations["post_imports_by_id_cancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/rejects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The rejected rows
         * @description Needs the role viewer.
         */
        get: operations["get_imports_by_id_rejects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/imports/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on with a failed import
         * @description Needs the role editor.
         */
        post: operations["post_imports_by_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Mail the built-in mail server caught
         * @description Needs the role admin.
         */
        get: operations["get_inbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A caught mail
         * @description Needs the role admin.
         */
        get: operations["get_inbox_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/inbox/{id}/html": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A caught mail's HTML part
         * @description Needs the role admin.
         */
        get: operations["get_inbox_by_id_html"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/attribution": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Which touches lead to a goal
         * @description Needs the role viewer.
         */
        post: operations["post_insights_attribution"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/funnel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many go from one event to the next
         * @description Needs the role viewer.
         */
        post: operations["post_insights_funnel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/heatmap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * When profiles are active
         * @description Needs the role viewer.
         */
        post: operations["post_insights_heatmap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/journey-map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stages, touchpoints, moments of truth
         * @description Needs the role viewer.
         */
        post: operations["post_insights_journey_map"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/ladder": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who stands on which rung of engagement
         * @description Needs the role viewer.
         */
        post: operations["post_insights_ladder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/lifecycle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who is new, stays, comes back, goes
         * @description Needs the role viewer.
         */
        post: operations["post_insights_lifecycle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/lift": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The treated against a control group
         * @description Needs the role viewer.
         */
        post: operations["post_insights_lift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/paths": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What follows what, how often and how soon
         * @description Needs the role viewer.
         */
        post: operations["post_insights_paths"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/power-users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * On how many days profiles are active
         * @description Needs the role viewer.
         */
        post: operations["post_insights_power_users"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many come back, and when
         * @description Needs the role viewer.
         */
        post: operations["post_insights_retention"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/rfm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who bought lately, often, and for how much
         * @description Needs the role viewer.
         */
        post: operations["post_insights_rfm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/trend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What happened per hour, day, week or month
         * @description Needs the role viewer.
         */
        post: operations["post_insights_trend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/value": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What customers brought and will
         * @description Needs the role viewer.
         */
        post: operations["post_insights_value"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/xes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The events as an XES log
         * @description Needs the role viewer.
         */
        post: operations["post_insights_xes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/insights/{id}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a saved insight comes to
         * @description Needs the role viewer.
         */
        get: operations["get_insights_by_id_results"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live journeys with their numbers
         * @description Needs the role viewer.
         */
        get: operations["get_journeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A live journey with its numbers
         * @description Needs the role viewer.
         */
        get: operations["get_journeys_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/dry-run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Step one customer through a journey
         * @description Needs the role viewer.
         */
        post: operations["post_journeys_by_id_dry_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/enter": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an audience through a journey
         * @description Needs the role editor.
         */
        post: operations["post_journeys_by_id_enter"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why somebody is, was or was not in a journey
         * @description Needs the role viewer.
         */
        get: operations["get_journeys_by_id_explain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/migrate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move people to another version
         * @description Needs the role editor.
         */
        post: operations["post_journeys_by_id_migrate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Pause a journey
         * @description Needs the role editor.
         */
        post: operations["post_journeys_by_id_pause"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is where in a journey
         * @description Needs the role viewer.
         */
        get: operations["get_journeys_by_id_profiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go on after a pause
         * @description Needs the role editor.
         */
        post: operations["post_journeys_by_id_resume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a journey would have done
         * @description Needs the role viewer.
         */
        post: operations["post_journeys_by_id_simulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happens at each step of a journey
         * @description Needs the role viewer.
         */
        get: operations["get_journeys_by_id_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/journeys/{id}/trigger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin a journey for somebody
         * @description Needs the role editor.
         */
        post: operations["post_journeys_by_id_trigger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List write keys
         * @description Needs the role viewer.
         */
        get: operations["get_keys"];
        put?: never;
        /**
         * Add a write key to a source
         * @description Needs the role admin.
         */
        post: operations["post_keys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a write key
         * @description Needs the role admin.
         */
        delete: operations["delete_keys_by_key"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List pictures
         * @description Needs the role viewer.
         */
        get: operations["get_media"];
        put?: never;
        /**
         * Keep a picture for messages
         * @description Needs the role editor.
         */
        post: operations["post_media"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/media/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a picture
         * @description Needs the role editor.
         */
        delete: operations["delete_media_by_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List members
         * @description Needs the role viewer.
         */
        get: operations["get_members"];
        put?: never;
        /**
         * Add a member
         * @description Needs the role admin.
         */
        post: operations["post_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/members/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Refuse a member
         * @description Needs the role admin.
         */
        delete: operations["delete_members_by_id"];
        options?: never;
        head?: never;
        /**
         * Change a member
         * @description Needs the role admin.
         */
        patch: operations["patch_members_by_id"];
        trace?: never;
    };
    "/api/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List messages, newest first
         * @description Needs the role viewer.
         */
        get: operations["get_messages"];
        put?: never;
        /**
         * Send a template to one customer
         * @description Needs the role editor.
         */
        post: operations["post_messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the gate would say of a message
         * @description Needs the role viewer.
         */
        post: operations["post_messages_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many messages ended how
         * @description Needs the role viewer.
         */
        get: operations["get_messages_counts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try again messages that were given up
         * @description Needs the role editor.
         */
        post: operations["post_messages_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How templates and journeys fared
         * @description Needs the role viewer.
         */
        get: operations["get_messages_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A message
         * @description Needs the role viewer.
         */
        get: operations["get_messages_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try again a message that was given up
         * @description Needs the role editor.
         */
        post: operations["post_messages_by_id_replay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/messages/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of a message
         * @description Needs the role viewer.
         */
        get: operations["get_messages_by_id_timeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Record a mail that came back
         * @description Needs the role editor.
         */
        post: operations["post_notices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The pages behind links and every text of theirs
         * @description Needs the role viewer.
         */
        get: operations["get_pages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/pages/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See a page behind a link in a language
         * @description Needs the role viewer.
         */
        post: operations["post_pages_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/partitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the partitions stand
         * @description Needs the role viewer.
         */
        get: operations["get_partitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live persona models with what they found
         * @description Needs the role viewer.
         */
        get: operations["get_personas"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A persona model with what it found
         * @description Needs the role viewer.
         */
        get: operations["get_personas_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/personas/{id}/compute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find a model's personas anew
         * @description Needs the role editor.
         */
        post: operations["post_personas_by_id_compute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live documents without effect, and what was cut short
         * @description Needs the role viewer.
         */
        get: operations["get_problems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List and search customers
         * @description Needs the role viewer.
         */
        get: operations["get_profiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Do the same for everybody who matches, a portion a call
         * @description Needs the role editor.
         */
        post: operations["post_profiles_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/by/{namespace}/{value}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The customer with an identifier
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_by_namespace_by_value"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many customers match
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_count"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/summaries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What customers are called whose ids are known
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_summaries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a customer's traits
         * @description Needs the role editor.
         */
        patch: operations["patch_profiles_by_id"];
        trace?: never;
    };
    "/api/v1/profiles/{id}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The accounts a customer belongs to
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_accounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/consents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer's consents
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_consents"];
        put?: never;
        /**
         * State a customer's consent
         * @description Needs the role editor.
         */
        post: operations["post_profiles_by_id_consents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/consents/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every change of a customer's consent, with what proves it
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_consents_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erase a customer everywhere
         * @description Needs the role editor.
         */
        post: operations["post_profiles_by_id_erase"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer's events, newest first
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything known of a customer, as a file
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that two profiles are one customer
         * @description Needs the role editor.
         */
        post: operations["post_profiles_by_id_merge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A customer's messages, newest first
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_messages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The page on which a customer chooses topics, as they would see it
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_preferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The segments a customer is in
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_segments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/telegram-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a link that joins a customer to a Telegram chat
         * @description Needs the role editor.
         */
        post: operations["post_profiles_by_id_telegram_link"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/traits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a customer's traits changed
         * @description Needs the role viewer.
         */
        get: operations["get_profiles_by_id_traits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/profiles/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Undo a merge
         * @description Needs the role editor.
         */
        post: operations["post_profiles_by_id_unmerge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Scheduled reports and when they are sent
         * @description Needs the role viewer.
         */
        get: operations["get_reports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A report's mail without sending it
         * @description Needs the role viewer.
         */
        get: operations["get_reports_by_id_preview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a report now
         * @description Needs the role editor.
         */
        post: operations["post_reports_by_id_run"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/reports/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was sent of a report
         * @description Needs the role viewer.
         */
        get: operations["get_reports_by_id_runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List documents
         * @description Needs the role viewer.
         */
        get: operations["get_resources_by_kind"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The JSON Schema of a kind
         * @description Needs the role viewer.
         */
        get: operations["get_resources_by_kind_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A document
         * @description Needs the role viewer.
         */
        get: operations["get_resources_by_kind_by_id"];
        /**
         * Write a document
         * @description Needs the role editor.
         */
        put: operations["put_resources_by_kind_by_id"];
        post?: never;
        /**
         * Archive a document
         * @description Needs the role editor.
         */
        delete: operations["delete_resources_by_kind_by_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve a version in review
         * @description Needs the role editor.
         */
        post: operations["post_resources_by_kind_by_id_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/{id}/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Archive a document
         * @description Needs the role editor.
         */
        post: operations["post_resources_by_kind_by_id_archive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/{id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What differs between two versions
         * @description Needs the role viewer.
         */
        get: operations["get_resources_by_kind_by_id_diff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/{id}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make a version live
         * @description Needs the role editor.
         */
        post: operations["post_resources_by_kind_by_id_publish"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/{id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a version
         * @description Needs the role editor.
         */
        post: operations["post_resources_by_kind_by_id_status"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/resources/{kind}/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The versions of a document
         * @description Needs the role viewer.
         */
        get: operations["get_resources_by_kind_by_id_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/catalogue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What rules can be about: events, traits, segments, functions
         * @description Needs the role viewer.
         */
        get: operations["get_rules_catalogue"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a rule
         * @description Needs the role viewer.
         */
        post: operations["post_rules_check"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What can stand at a place of a rule's text
         * @description Needs the role viewer.
         */
        post: operations["post_rules_complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/cost": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What a rule costs to keep current
         * @description Needs the role viewer.
         */
        post: operations["post_rules_cost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Why a rule holds for a customer or not
         * @description Needs the role viewer.
         */
        post: operations["post_rules_explain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/parse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A rule's text as blocks
         * @description Needs the role viewer.
         */
        post: operations["post_rules_parse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/print": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A rule's blocks as text: also the formatter
         * @description Needs the role viewer.
         */
        post: operations["post_rules_print"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/schema": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The JSON Schema of a rule's blocks
         * @description Needs the role viewer.
         */
        get: operations["get_rules_schema"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Values a trait or a property of events has had
         * @description Needs the role viewer.
         */
        get: operations["get_rules_values"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Documents of every kind by what they are called
         * @description Needs the role viewer.
         */
        get: operations["get_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live segments with their counts
         * @description Needs the role viewer.
         */
        get: operations["get_segments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/overlap": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How segments overlap
         * @description Needs the role viewer.
         */
        post: operations["post_segments_overlap"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Who a rule would hold
         * @description Needs the role viewer.
         */
        post: operations["post_segments_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A live segment with its count
         * @description Needs the role viewer.
         */
        get: operations["get_segments_by_id"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/explain/{profile}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Why a customer is in a segment
         * @description Needs the role viewer.
         */
        get: operations["get_segments_by_id_explain_by_profile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A segment's members as CSV
         * @description Needs the role editor.
         */
        get: operations["get_segments_by_id_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/exports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Files of a segment's members, by its schedule
         * @description Needs the role editor.
         */
        get: operations["get_segments_by_id_exports"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/exports/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One of these files
         * @description Needs the role editor.
         */
        get: operations["get_segments_by_id_exports_by_name"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who entered and left a segment
         * @description Needs the role viewer.
         */
        get: operations["get_segments_by_id_feed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How large a segment was
         * @description Needs the role viewer.
         */
        get: operations["get_segments_by_id_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is in a segment, or was
         * @description Needs the role viewer.
         */
        get: operations["get_segments_by_id_members"];
        put?: never;
        /**
         * Add to a list, and remove from it
         * @description Needs the role editor.
         */
        post: operations["post_segments_by_id_members"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/segments/{id}/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add uploaded identifiers to a list
         * @description Needs the role editor.
         */
        post: operations["post_segments_by_id_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is asking
         * @description Needs the role viewer.
         */
        get: operations["get_session"];
        put?: never;
        /** Sign in */
        post: operations["post_session"];
        /**
         * Sign out
         * @description Needs the role viewer.
         */
        delete: operations["delete_session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the own password
         * @description Needs the role viewer.
         */
        put: operations["put_session_password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/simulations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The simulations under way, and the last ones
         * @description Needs the role viewer.
         */
        get: operations["get_simulations"];
        put?: never;
        /**
         * Begin a simulation that nobody has to wait for
         * @description Needs the role viewer.
         */
        post: operations["post_simulations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/simulations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A simulation: how far it is, or what came of it
         * @description Needs the role viewer.
         */
        get: operations["get_simulations_by_id"];
        put?: never;
        post?: never;
        /**
         * End a simulation, and forget it
         * @description Needs the role viewer.
         */
        delete: operations["delete_simulations_by_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sms/segments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many segments a text message takes, and what it costs
         * @description Needs the role editor.
         */
        post: operations["post_sms_segments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sources of events
         * @description Needs the role viewer.
         */
        get: operations["get_sources"];
        put?: never;
        /**
         * Add a source with its first write key
         * @description Needs the role admin.
         */
        post: operations["post_sources"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a source
         * @description Needs the role admin.
         */
        patch: operations["patch_sources_by_slug"];
        trace?: never;
    };
    "/api/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Exact counts
         * @description Needs the role viewer.
         */
        get: operations["get_stats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List suppressed addresses
         * @description Needs the role viewer.
         */
        get: operations["get_suppressions"];
        put?: never;
        /**
         * Suppress an address
         * @description Needs the role editor.
         */
        post: operations["post_suppressions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The suppressed addresses as CSV
         * @description Needs the role editor.
         */
        get: operations["get_suppressions_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Suppress uploaded addresses
         * @description Needs the role editor.
         */
        post: operations["post_suppressions_upload"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/suppressions/{channel}/{address}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Lift a suppression
         * @description Needs the role admin.
         */
        delete: operations["delete_suppressions_by_channel_by_address"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live templates with what became of their messages
         * @description Needs the role viewer.
         */
        get: operations["get_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask whether the links of a template work
         * @description Needs the role editor.
         */
        post: operations["post_templates_links"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/lint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What is likely wrong with a template
         * @description Needs the role viewer.
         */
        post: operations["post_templates_lint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See a template before it is sent
         * @description Needs the role viewer.
         */
        post: operations["post_templates_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask whether the links of a template work
         * @description Needs the role editor.
         */
        post: operations["post_templates_by_id_links"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}/lint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What is likely wrong with a template
         * @description Needs the role viewer.
         */
        post: operations["post_templates_by_id_lint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See a template before it is sent
         * @description Needs the role viewer.
         */
        post: operations["post_templates_by_id_preview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/templates/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a template to those who test it
         * @description Needs the role editor.
         */
        post: operations["post_templates_by_id_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List API tokens
         * @description Needs the role admin.
         */
        get: operations["get_tokens"];
        put?: never;
        /**
         * Create an API token
         * @description Needs the role admin.
         */
        post: operations["post_tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke an API token
         * @description Needs the role admin.
         */
        delete: operations["delete_tokens_by_id"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The workspaces the caller may see
         * @description Needs the role viewer.
         */
        get: operations["get_workspaces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workspaces/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The workspace
         * @description Needs the role viewer.
         */
        get: operations["get_workspaces_current"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change the workspace
         * @description Needs the role admin.
         */
        patch: operations["patch_workspaces_current"];
        trace?: never;
    };
}
export type webhooks = Record<string, unknown>;
export interface components {
    schemas: {
        /** @description This installation. */
        About: {
            /** @description The program's version. */
            version: string;
            /** @description Where it is reached, as its operator configured it; without a trailing slash. */
            public_url: string;
            /** @description How to get in; the demo says so. */
            sign_in_hint?: string | null;
            /** @description Kinds of documents it keeps, for clients that are newer or older. */
            kinds: string[];
            /** @description Whether mail goes to the built-in mail server, where `/api/v1/inbox` shows it. */
            mail_catcher: boolean;
        };
        /** @description A member of an account. */
        AccountMember: {
            /** @description Who. */
            profile: components["schemas"]["ProfileSummary"];
            /** @description When the customer joined. */
            since: components["schemas"]["Time"];
        };
        /** @description An account. */
        AccountView: {
            /** @description The business's id of it. */
            id: string;
            /** @description All traits. */
            traits: Record<string, unknown>;
            /**
             * Format: int64
             * @description How many profiles belong to it.
             */
            members: number;
            /** @description Event time of the first statement. */
            first_seen: components["schemas"]["Time"];
            /** @description Event time of the last statement. */
            last_seen: components["schemas"]["Time"];
        };
        /** @description An activity. */
        Activity: {
            /** @description Its name. */
            activity: string;
            /**
             * Format: uint64
             * @description In how many paths.
             */
            paths: number;
            /**
             * Format: uint64
             * @description How often it came.
             */
            steps: number;
        };
        /** @description The event of an alert: what a webhook would get. */
        AlertEvent: {
            /** @description What the alert is called. */
            alert: string;
            /** @description When it began, RFC 3339. */
            at: string;
            /** @description The day it is about; absent when it is about the running period. */
            date?: string | null;
            /** @description The goal's id. */
            goal: string;
            /** @description What people call the goal. */
            goal_name: string;
            /** @description The day's number against the same weekday's. */
            oddity?: components["schemas"]["Oddity"] | null;
            /**
             * Format: double
             * @description The target.
             */
            target: number;
            /** @description In a sentence. */
            text: string;
            /** @description Always `goal.alert`. */
            type: string;
            /** @description What is written after the number. */
            unit?: string | null;
            /**
             * Format: double
             * @description The number.
             */
            value?: number | null;
        };
        /** @description An alert: from when its condition held until it did no more. */
        AlertRecord: {
            /** @description Since when its condition held, RFC 3339. */
            began_at: string;
            /** @description Until when; null while it holds. */
            ended_at?: string | null;
            /** @description What a webhook would get. */
            event: components["schemas"]["AlertEvent"];
            /** @description The goal. */
            goal: string;
            /**
             * Format: uint64
             * @description Its id.
             */
            id: number;
            /** @description When members were told; null when they were not yet. */
            told_at?: string | null;
        };
        /** @description When to tell somebody. An alert begins when its condition comes to hold and ends when it no longer does; it is told once. */
        AlertRule: {
            /** @description What to call it; the condition in words when absent. */
            name?: string | null;
            /** @description The condition. */
            when: components["schemas"]["AlertWhen"];
        };
        /** @description An alert's condition now. */
        AlertState: {
            /** @description Whether its condition holds; null when that cannot be said, as of an anomaly with too few weeks. */
            holds?: boolean | null;
            /** @description What it is called. */
            name: string;
            /** @description The day's number against the same weekday's. */
            oddity?: components["schemas"]["Oddity"] | null;
        };
        /** @description The condition of an alert. */
        AlertWhen: {
            /** Format: double */
            above: number;
        } | {
            /** Format: double */
            below: number;
        } | "behind" | {
            anomaly: {
                /**
                 * Format: double
                 * @description Robust standard deviations from the median that are still ordinary, 1 to 20; 3.5 when absent.
                 */
                sensitivity?: number | null;
                /**
                 * Format: uint
                 * @description Weeks to compare with, 4 to 26; 8 when absent.
                 */
                weeks?: number | null;
            };
        };
        /** @description What is approved. */
        ApproveInput: {
            /**
             * Format: int32
             * @description The version; the newest when absent.
             */
            version?: number | null;
            /** @description A remark, for the audit log. */
            note?: string | null;
        };
        /** @description A document that has no effect any more. */
        Archived: {
            /** @description Versions archived by this call. */
            archived_versions: number;
        };
        /** @description One of the two groups. */
        Arm: "treated" | "control";
        /** @description What became of the call. */
        Asked: {
            /** @description Names the call: `GET /api/v1/messages?request=…` finds its message. */
            request: string;
            message?: null | components["schemas"]["MessageView"];
        };
        /** @description Which event gives a breakdown's value. */
        Attribution: "first" | "last" | {
            /** Format: uint */
            step: number;
        };
        /** @description Which profiles to list: those who reached the goal after such a touch. */
        AttributionDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * @description Only where it was the first touch.
             * @default false
             */
            first?: boolean;
            /**
             * @description Only where it was the last.
             * @default false
             */
            last?: boolean;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /** @description The line as the report names it; all who reached the goal when absent. */
            touch?: string | null;
        };
        /** @description Credit by touch. */
        AttributionReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /**
             * Format: uint64
             * @description How often the goal was reached in the period.
             */
            goals: number;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /**
             * Format: uint64
             * @description How often with a touch within the lookback.
             */
            touched_goals: number;
            /** @description The touches, most last-touch credit first. */
            touches: components["schemas"]["TouchCredit"][];
            /** @description What the goals' number adds up to. */
            value: components["schemas"]["Figure"];
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description How much of a goal each kind of touch is credited with, by six models. */
        AttributionRequest: {
            /** @description The lines are the values of this property (or `context.…`) of the touches: `context.campaign.source`. */
            by?: string | null;
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["AttributionDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description The goal; expected. */
            goal?: components["schemas"]["Selection"];
            /**
             * Format: double
             * @description Of the time-decay model: days after which a touch counts half; 7 when absent.
             */
            half_life_days?: number | null;
            /** @description How long before the goal a touch counts; 30 days when absent. */
            lookback?: string | null;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /**
             * Format: uint
             * @description How many values get a line of their own, at most 50; 10 when absent.
             */
            top?: number | null;
            /**
             * @description What counts as a touch, 1 to 30 kinds; each is a line of its own, unless `by` is given.
             * @default []
             */
            touches?: components["schemas"]["Selection"][];
            /** @description A number of the goal's events that is credited too, such as `total`. */
            value?: string | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description Who did what. */
        AuditView: {
            /** @description Its number. */
            id: string;
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Who: a member's address, `token:` and a name, or `system`. */
            actor: string;
            /** @description What was done: `resource.publish`, `member.create`, … */
            action: string;
            /** @description To what. */
            object: string;
            /** @description More about it. */
            detail: Record<string, unknown>;
        };
        /** @description The two faces of a rule. */
        BothFaces: {
            /** @description Its canonical text: one line, one way to write each thing. */
            rule: string;
            /** @description Its blocks. */
            blocks: Record<string, unknown>;
        };
        /** @description What to do, for whom. Exactly one of `set`, `list` and `template` says what. */
        BulkInput: {
            /** @description For whom; everybody when empty. */
            matching: components["schemas"]["Matching"];
            /** @description Traits to set; null removes one. */
            set?: Record<string, unknown> | null;
            /** @description The list to put them on. */
            list?: string | null;
            /** @description The live template to send them. The gate decides for each. */
            template?: string | null;
            /** @description The `next_cursor` of the call before. */
            cursor?: string | null;
            /** @description Customers reached by this call, 1 to 1,000; 1,000 when absent. */
            limit?: number | null;
        };
        /** @description How far it is. */
        BulkView: {
            /** @description Customers this call reached. */
            reached: number;
            /** @description Give this as `cursor` to go on; null when everybody was reached. */
            next_cursor?: string | null;
        };
        /**
         * @description The BG/NBD model: while alive a customer buys at random at a rate that differs among customers by a gamma distribution
         *     (`r`, `alpha`), and after each purchase leaves for good with a probability that differs by a beta distribution (`a`, `b`).
         */
        BuyingModel: {
            /**
             * Format: double
             * @description First parameter of the chance to leave.
             */
            a: number;
            /**
             * Format: double
             * @description Scale of the rates, in the unit of time.
             */
            alpha: number;
            /**
             * Format: double
             * @description Second parameter.
             */
            b: number;
            /**
             * Format: double
             * @description The logarithm of the likelihood of what was seen.
             */
            log_likelihood: number;
            /**
             * Format: double
             * @description Shape of the rates.
             */
            r: number;
        };
        /** @description How far a campaign is. */
        CampaignView: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /**
             * Format: int32
             * @description The newest version.
             */
            version: number;
            /** @description `draft`, `review`, `ready` (live, waits to be started), `scheduled`, `sending`, `paused`, `sent` or `cancelled`. */
            state: string;
            paused_since?: null | components["schemas"]["Time"];
            /**
             * Format: int64
             * @description People it began for.
             */
            people: number;
            /**
             * Format: int64
             * @description People of the audience it has not begun for yet, as while it is paused; 0 where the audience is found on the way.
             */
            entering: number;
            /**
             * Format: int64
             * @description People who wait for their message, or for it to be sent again.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Of the people, those who get nothing, to measure lift.
             */
            held_out: number;
            /**
             * Format: int64
             * @description Messages decided.
             */
            decided: number;
            /**
             * Format: int64
             * @description Messages that left.
             */
            sent: number;
            /**
             * Format: int64
             * @description Opens.
             */
            opened: number;
            /**
             * Format: int64
             * @description Clicks.
             */
            clicked: number;
            /**
             * Format: int64
             * @description People who reached the goal.
             */
            goals: number;
            /** @description By variant or send step: decided, sent, opened, clicked, and people who reached the goal after it left. */
            messages: Record<string, unknown>;
            /** @description The variant that won, once that is decided. */
            winner?: string | null;
        };
        /** @description What was ever seen. */
        CatalogueView: {
            /** @description Events, most frequent first. */
            events: components["schemas"]["EventEntry"][];
            /** @description Traits by dotted path, each with the types seen. */
            traits: {
                [key: string]: string[];
            };
        };
        /** @description A caught mail. */
        CaughtMailView: components["schemas"]["CaughtView"] & {
            /** @description Its headers worth reading. */
            headers: components["schemas"]["HeaderView"][];
            /** @description Whether `/api/v1/inbox/{id}/html` has something to show. */
            has_html: boolean;
            /** @description Its text part. */
            text?: string | null;
        };
        /** @description A caught mail in a list. */
        CaughtView: {
            /**
             * Format: int64
             * @description Its number.
             */
            id: number;
            /** @description When it came. */
            at: components["schemas"]["Time"];
            /** @description The addresses of its envelope. */
            to: string[];
            /** @description Its subject. */
            subject?: string | null;
        };
        /** @description A live channel. */
        ChannelView: {
            /** @description Its id. */
            id: string;
            /**
             * Format: int32
             * @description The live version.
             */
            version: number;
            /** @description Which messages go out here: `email`. */
            carries: string;
            /** @description Who carries them: `smtp`, `twilio`. */
            kind: string;
            /** @description The server: `smtp.example.com:587`. */
            server: string;
            /** @description Who mail is from unless a template says otherwise. */
            from: string;
            /** @description Where the provider is to call when customers write, or the program when it changes a list; null when it does neither. */
            inbound_url?: string | null;
            /** @description Where a provider of mail is to tell what became of messages; null when it tells so by itself or not at all. */
            receipts_url?: string | null;
            /** @description Why it cannot be used; null when it can. */
            problem?: string | null;
        };
        /** @description How a report is drawn. */
        Chart: "line" | "area" | "bar" | "pie" | "number" | "table" | "heatmap" | "funnel" | "flow";
        /** @description A link for one customer. */
        ChatLink: {
            /** @description To be opened by the customer; null when the channel does not say the bot's name. */
            url?: string | null;
            /** @description What the bot gets: `/start` and this. */
            start: string;
            /** @description Until when it works. */
            expires_at: components["schemas"]["Time"];
        };
        /** @description How long the link is to work. */
        ChatLinkInput: {
            /**
             * Format: int64
             * @description Hours, 1 to 720; 24 when absent.
             */
            hours?: number | null;
        };
        /** @description A message to ask about. */
        CheckInput: {
            /** @description To whom. */
            to: components["schemas"]["Somebody"];
            /** @description The live template's id. */
            template: string;
            /** @description The topic, when the template names none. */
            topic?: string | null;
            /** @description The customer asked for it (a receipt, a password). */
            transactional?: boolean;
        };
        /** @description A clause of a rule, decided for one profile. */
        ClauseView: {
            /** @description What it says, in the rule language. */
            text: string;
            /** @description Whether it holds. */
            holds: boolean;
            /** @description `all` or `any` of its parts, `not` its part, or a `test`. */
            kind: string;
            /** @description The clauses it is made of. */
            parts: components["schemas"]["ClauseView"][];
            /** @description Each value that was compared and is no constant, by its text; missing ones are null. */
            values: Record<string, unknown>;
            /** @description How many events it counts. */
            matching_events: number;
            /** @description The newest of them, at most ten, oldest first. */
            events: components["schemas"]["Proof"][];
            next_change?: null | components["schemas"]["Time"];
        };
        /** @description One cohort. */
        Cohort: {
            /** @description The bucket it began in. */
            cohort: string;
            /**
             * Format: uint
             * @description So many columns, from the first, are over; later ones may still grow.
             */
            complete: number;
            /** @description The same of the cohort's size, percent. */
            percent: number[];
            /** @description By column that has begun: how many came back; the first is the cohort's size. */
            returned: number[];
            /** @description By column: what the property of its returning events adds up to. */
            sums?: components["schemas"]["Figure"][] | null;
            /** @description The value of the breakdown. */
            value?: string | null;
        };
        /** @description Which cohorts a profile belongs to. */
        Cohorts: "first_time" | "recurring";
        /** @description An unfinished rule and where one writes in it. */
        CompleteInput: {
            /** @description The text so far. */
            rule: string;
            /** @description The place, in characters from the beginning; the end when absent. */
            position?: number | null;
        };
        /** @description What can stand at a place. */
        CompletionView: {
            /** @description Where the word begins that the suggestions replace, in characters. */
            from: number;
            /** @description The suggestions. */
            items: components["schemas"]["SuggestionView"][];
        };
        /** @description A change of consent with what proves it. */
        ConsentChangeView: {
            /** @description Names it within this customer. */
            id: string;
            /** @description When the customer stated it. */
            at: components["schemas"]["Time"];
            /** @description When it was recorded here. */
            recorded_at: components["schemas"]["Time"];
            /** @description `email`, … */
            channel: string;
            /** @description The topic; null is the whole channel. */
            topic?: string | null;
            /** @description `granted`, `denied`, or `pending`: asked for and not confirmed yet. */
            status: string;
            /** @description Where it was stated. */
            source: string;
            /** @description The source whose write key it came by; null when Rapport itself recorded it: a page behind a link, the API, a journey. */
            collected_by?: string | null;
            /** @description Who stated it for the customer by the API: a member's address or a token's name. */
            by?: string | null;
            /** @description The customer's address on the channel then. */
            address?: string | null;
            /** @description The address of the browser or app. */
            ip?: string | null;
            /** @description The browser or app. */
            user_agent?: string | null;
            /** @description The page it was stated on. */
            page?: string | null;
            /** @description What the customer agreed to, in the words they were shown. */
            wording?: string | null;
            /** @description What the topic was called then. */
            topic_name?: string | null;
            /**
             * Format: int32
             * @description The version of the topic's document then.
             */
            topic_version?: number | null;
            /** @description The message whose link was used. */
            message_id?: string | null;
            /** @description The id of the event that stated it. */
            event_id?: string | null;
        };
        /** @description A statement of consent. */
        ConsentInput: {
            /** @description `email`, … */
            channel: string;
            /** @description The topic; the whole channel when absent. */
            topic?: string | null;
            /** @description Given or withdrawn. */
            granted: boolean;
            /** @description Where the customer stated it; `api` when absent. */
            source?: string | null;
            /** @description The customer confirmed it elsewhere (double opt-in): it counts at once, and nobody is asked. */
            confirmed?: boolean;
            /** @description What the customer agreed to, in the words they were shown; at most 4,000 bytes. */
            wording?: string | null;
            /** @description When they stated it, when that was before now. */
            stated_at?: string | null;
            /** @description The page they stated it on. */
            page?: string | null;
            /** @description The address of their browser or app. */
            ip?: string | null;
            /** @description Their browser or app. */
            user_agent?: string | null;
        };
        /**
         * @description What consent events of a source need; without it they are not stored. Categories are those of
         *     `context.consent.categoryPreferences`.
         */
        ConsentNeeds: {
            /**
             * @description Categories that must all be allowed; an event that refuses one is dropped. None: nothing is asked.
             * @default []
             */
            required?: string[];
            /**
             * @description Drop events that say nothing about a required category, too.
             * @default false
             */
            refuse_unstated?: boolean;
            /**
             * @description The browser's `Sec-GPC: 1` refuses the categories that the event says nothing about.
             * @default false
             */
            gpc_refuses?: boolean;
        };
        /** @description A statement of consent. */
        ConsentView: {
            /** @description `email`, … */
            channel: string;
            /** @description The topic; null is the whole channel. */
            topic?: string | null;
            /** @description Whether it is given, and confirmed where that is needed. */
            granted: boolean;
            /** @description `granted`, `denied`, or `pending`: asked for and not confirmed by the customer yet. */
            status: string;
            /** @description When it was stated. */
            at: components["schemas"]["Time"];
            /** @description Where it was stated. */
            source: string;
        };
        /** @description What to look for. */
        Correlate: {
            /**
             * @description Whether other events happened between entering and converting (or the end of the window).
             * @default false
             */
            events?: boolean;
            /**
             * Format: uint64
             * @description Leave out what fewer profiles have; 10 when absent.
             */
            least_profiles?: number | null;
            /**
             * @description Values of these: properties and `context.…` of the entering event, `traits.…`, `segments.…`; at most 10.
             * @default []
             */
            properties?: string[];
        };
        /** @description How a mark goes with conversion. */
        Correlation: {
            /**
             * Format: uint64
             * @description Profiles that have it and converted.
             */
            converted: number;
            /**
             * Format: double
             * @description Upper end of the 95 % interval.
             */
            high: number;
            /**
             * Format: double
             * @description Lower end of the 95 % interval; the many marks that were tried are not allowed for.
             */
            low: number;
            /** @description The mark: an event's name, or `traits.plan = pro`. */
            mark: string;
            /**
             * Format: uint64
             * @description Profiles that have it and did not.
             */
            not_converted: number;
            /**
             * Format: double
             * @description How many times the odds of converting are with it what they are without; half a profile is added to each count.
             */
            odds_ratio: number;
            /** @description Whether the interval leaves out 1. */
            significant: boolean;
        };
        /**
         * @description What a rule costs to keep current, for each profile whose events it counts. Rules that ask the same share states, so one
         *     more rule can only cost less.
         */
        CostView: {
            /** @description States kept. */
            states: number;
            /** @description Of these, how many wait for instants of their own. */
            timed_states: number;
            /** @description The most events or values remembered. */
            most_entries: number;
            /** @description The most bytes of state, about. */
            most_bytes: number;
            /** @description Names of the events that make it look again. */
            events: string[];
            /** @description Whether every event makes it look again. */
            every_event: boolean;
            /** @description Whether its answer can change by time alone, so that a timer is set. */
            timed: boolean;
        };
        /** @description How many there are. */
        CountView: {
            /**
             * Format: int64
             * @description Exact.
             */
            count: number;
        };
        /** @description When a profile has come back in a column. */
        Counting: "on" | "on_or_after";
        /** @description An address and a password. */
        Credentials: {
            /** @description The member's address. */
            email: string;
            /** @description The password. */
            password: string;
        };
        /** @description Credit by model. Each model's credit adds up to all touched goals. */
        Credit: {
            /**
             * Format: double
             * @description All to the first touch.
             */
            first: number;
            /**
             * Format: double
             * @description All to the last.
             */
            last: number;
            /**
             * Format: double
             * @description Equal parts.
             */
            linear: number;
            /**
             * Format: double
             * @description By what would be lost without it, in a first-order Markov chain of the touches.
             */
            markov: number;
            /**
             * Format: double
             * @description 40 % first, 40 % last, the rest between.
             */
            position: number;
            /**
             * Format: double
             * @description More to later ones.
             */
            time_decay: number;
        };
        /** @description Somebody entered or left a segment. */
        CrossingView: {
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Who. */
            profile: components["schemas"]["ProfileSummary"];
            /** @description Entered, or left. */
            entered: boolean;
            /** @description It was found out later, when the rule was made or changed. */
            backfill: boolean;
        };
        /** @description One curve. */
        Curve: {
            /**
             * Format: uint64
             * @description All of them.
             */
            active: number;
            /**
             * Format: double
             * @description Days on which a profile was active, on average.
             */
            average_days: number;
            /** @description Profiles active on exactly 1, 2, … days. */
            profiles: number[];
            /** @description The last quarter of the curve (rounded up) holds more profiles than the quarter before it: there are power users. */
            smiles: boolean;
            /** @description The value of the breakdown. */
            value?: string | null;
        };
        /** @description A dashboard and what everything on it comes to. */
        DashboardResults: {
            /** @description The instant that relative days were seen from, RFC 3339. */
            as_of: string;
            /** @description The dashboard's id. */
            id: string;
            /** @description By item, in the order of the document. */
            items: components["schemas"]["ItemResult"][];
            /** @description What people call it. */
            name: string;
            /** @description What was laid over its insights. */
            overlay: components["schemas"]["Overlay"];
            /**
             * Format: uint32
             * @description The version that was asked: the live one, or else the newest.
             */
            version: number;
            /** @description Changes whenever events come, go, or are counted for another profile. */
            watermark: string;
        };
        /** @description The number of a day. */
        DayReading: {
            /** @description The day. */
            date: string;
            /** @description The same weekday of the weeks before, newest first. */
            past: (number | null)[];
            /**
             * Format: double
             * @description The number; null when the report has none.
             */
            value?: number | null;
        };
        /** @description What was done. */
        DeviceAnswer: {
            /** @description Always true. */
            success: boolean;
        };
        /** @description A device to write to, or to write to no more. */
        DeviceInput: {
            /** @description The write key, unless it stands in the header or the query. */
            writeKey?: string | null;
            /** @description The known customer; counts with `userToken` only. */
            userId?: string | null;
            /** @description Hex HMAC-SHA256 of the user id under the in-app channel's secret, made by your server. */
            userToken?: string | null;
            /**
             * @description The browser or device, as in collection calls: what nobody else knows. Where it belongs to a known customer, so does the
             *     device.
             */
            anonymousId?: string | null;
            subscription?: null | components["schemas"]["Subscription"];
            /** @description `fcm` or `apns`, for an app. */
            kind?: string | null;
            /** @description An app's token. */
            token?: string | null;
        };
        /** @description A browser or an app that takes notifications. */
        DeviceView: {
            /** @description Its trait's name. */
            id: string;
            /** @description What carries notifications to it: `webpush`, `fcm`, `apns`. */
            kind: string;
            /** @description The channel whose messages it takes: `webpush`, `push`. */
            channel: string;
            /** @description The server of a browser's push service; null for apps. */
            service?: string | null;
            seen_at?: null | components["schemas"]["Time"];
        };
        /** @description What differs between two versions. */
        DiffView: {
            /**
             * Format: int32
             * @description The older version.
             */
            from: number;
            /**
             * Format: int32
             * @description The newer version.
             */
            to: number;
            /** @description Each difference with its place. */
            changes: components["schemas"]["Difference"][];
        };
        /** @description One difference between two documents. */
        Difference: {
            /** @description Where: `steps[2].wait`. */
            path: string;
            /** @description What it was; absent when it is new. */
            from?: unknown;
            /** @description What it is; absent when it is gone. */
            to?: unknown;
        };
        /** @description Which side of the target is good. */
        Direction: "at_least" | "at_most";
        /** @description What the DNS says of a sending domain. */
        DomainCheck: {
            /** @description The domain. */
            domain: string;
            /** @description Whether all is well. */
            ok: boolean;
            /** @description When the DNS was asked. */
            checked_at: components["schemas"]["Time"];
            /** @description Each check: SPF, every key, DMARC, and the names of the servers that send mail. */
            findings: components["schemas"]["DomainFinding"][];
        };
        /** @description One check. */
        DomainFinding: {
            /** @description `spf`, `dkim`, `dmarc` or `ptr`. */
            check: string;
            /** @description The name that was asked about: a domain or a server. */
            name: string;
            /** @description `ok`, `missing`, `wrong`, or `unanswered` when the DNS did not answer in time and nothing is known. */
            status: string;
            /** @description What would be well. */
            expected: string;
            /** @description What there is. */
            found: string[];
            /** @description What is wrong and what to do; null when all is well. */
            advice?: string | null;
        };
        /** @description A domain to send from. */
        DomainInput: {
            /** @description The domain of the senders' addresses. */
            domain: string;
            /** @description Its id; made from the domain when absent. */
            id?: string | null;
            /** @description Where refusals come back to. */
            bounce_domain?: string | null;
            /** @description Sign with it at once. Otherwise it is a draft until it is published as a document: after its records are in the DNS. */
            publish?: boolean;
        };
        /** @description A sending domain. */
        DomainView: {
            /** @description Its id. */
            id: string;
            /**
             * Format: int32
             * @description The live version.
             */
            version: number;
            /** @description The domain. */
            domain: string;
            /** @description Where refusals come back to. */
            bounce_domain?: string | null;
            /** @description What is to be published; it signs as soon as it is live, so publish first. */
            records: components["schemas"]["RecordView"][];
            /** @description Why it cannot sign; null when it can. */
            problem?: string | null;
        };
        /** @description The answer to something that was done and has nothing to say. */
        Done: {
            /** @description Always true. */
            ok: boolean;
        };
        /** @description For whom, and what is answered. */
        DryRunInput: {
            /** @description The profile's id. */
            profile: string;
            /** @description Properties of the event that starts it, or the data of the call. */
            trigger?: Record<string, unknown>;
            /**
             * @description By step, the exit to take where there is a choice: of a wait for an event `next` or `timed_out`, of a webhook `next` or
             *     `failed`.
             */
            answers?: {
                [key: string]: string;
            };
            /** @description A document that is not saved. */
            spec: Record<string, unknown>;
            /**
             * Format: int32
             * @description A version; the newest when neither this nor `spec` is given.
             */
            version?: number | null;
        };
        /** @description An activity at the beginning or end of paths. */
        Ending: {
            /** @description Its name. */
            activity: string;
            /**
             * Format: uint64
             * @description Of how many paths.
             */
            paths: number;
        };
        /** @description Whom to send through. */
        EnterInput: {
            /** @description The members of a segment or list. */
            segment?: string | null;
            /** @description Everybody for whom a rule holds now. */
            rule?: string | null;
            /** @description These profiles. */
            profiles?: string[] | null;
            /** @description What templates and conditions on the way see under `data`. */
            data?: Record<string, unknown>;
            /** @description Only say how many it would be. */
            dry_run?: boolean;
        };
        /** @description An audience that was sent through. */
        Entering: {
            /**
             * Format: int64
             * @description How many people; who of them enters is decided one by one.
             */
            people: number;
        };
        /** @description What an erasure reaches. */
        Erasing: {
            /** @description The profile. */
            profile: string;
            /** @description What is erased, and by when. */
            reaches: string[];
        };
        /** @description A number with its confidence interval. */
        Estimate: {
            /**
             * Format: double
             * @description The upper end.
             */
            high: number;
            /**
             * Format: double
             * @description The lower end of its interval.
             */
            low: number;
            /**
             * Format: double
             * @description The number.
             */
            value: number;
        };
        /** @description A campaign's document, saved or not. */
        EstimateInput: {
            /** @description What it says; the live version when absent, else the newest. */
            spec?: Record<string, unknown> | null;
        };
        /** @description An event's name with what was seen of it. */
        EventEntry: {
            /** @description The event's name. */
            name: string;
            /**
             * Format: int64
             * @description How often it is in the lake; exact.
             */
            count: number;
            first_seen?: null | components["schemas"]["Time"];
            last_seen?: null | components["schemas"]["Time"];
            /** @description Its properties by dotted path, each with the types seen. */
            properties: {
                [key: string]: string[];
            };
        };
        /** @description An event on a timeline. */
        EventView: {
            /** @description The client's id of it. */
            message_id: string;
            /** @description The call: `track`, `identify`, … */
            type: string;
            /** @description What happened. */
            event: string;
            /** @description When it happened. */
            timestamp: components["schemas"]["Time"];
            /** @description When it arrived. */
            received_at: components["schemas"]["Time"];
            /** @description The profile it was processed under. */
            profile: string;
            /** @description The known customer, if the caller named one. */
            user_id?: string | null;
            /** @description The device or browser, if the caller named one. */
            anonymous_id?: string | null;
            /** @description The account of a `group` call. */
            group_id?: string | null;
            /**
             * Format: int32
             * @description The source's id; 0 is Rapport itself.
             */
            source: number;
            /** @description Imported history. */
            historical: boolean;
            /** @description Properties, or traits. */
            properties: Record<string, unknown>;
            /** @description Page, device, campaign, library… */
            context: Record<string, unknown>;
        };
        /** @description Counts of clients' events. */
        Events: {
            /**
             * Format: int64
             * @description Durable in the log: processed, duplicates, dropped, and those not applied yet.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Came again and had no effect.
             */
            duplicates: number;
            /**
             * Format: int64
             * @description Not accepted; the data-quality view says why.
             */
            rejected: number;
            /**
             * Format: int64
             * @description Applied, each once.
             */
            processed: number;
            /**
             * Format: int64
             * @description In the lake, visible to queries.
             */
            in_lake: number;
        };
        /** @description An event that must not happen on the way. */
        Exclusion: {
            /**
             * Format: uint
             * @description After this step, from 1; the first when absent.
             */
            after_step?: number | null;
            /**
             * Format: uint
             * @description And before this one; the last when absent.
             */
            before_step?: number | null;
            /** @description The event's name; any event of the customer's own doing when absent, every event with `*`. */
            event?: string | null;
            /** @description Only events for which this holds. */
            filter?: string | null;
        };
        /** @description A rule and whom to decide it for. */
        ExplainInput: {
            /** @description The rule as text. */
            rule?: string | null;
            /** @description The rule as blocks, in the place of text. */
            blocks?: Record<string, unknown> | null;
            /** @description The profile's id. */
            profile: string;
        };
        /** @description Why a rule holds for a profile or does not. */
        ExplanationView: {
            /** @description Who. */
            profile: components["schemas"]["ProfileSummary"];
            /** @description When it was decided. */
            at: components["schemas"]["Time"];
            member_since?: null | components["schemas"]["Time"];
            /** @description The rule taken apart. */
            clause: components["schemas"]["ClauseView"];
        };
        /** @description A file of a segment's members that was written by its schedule. */
        ExportFile: {
            /** @description Its name; `GET …/exports/{name}` is the file. */
            name: string;
            /** @description When it was written. */
            at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Its size.
             */
            bytes: number;
        };
        /** @description An event of the live feed. */
        FeedEvent: {
            /** @description When it happened. */
            timestamp: components["schemas"]["Time"];
            /** @description What happened. */
            event: string;
            /** @description Whose it is. */
            profile: components["schemas"]["ProfileSummary"];
            recorded?: null | components["schemas"]["EventView"];
        };
        /**
         * Format: double
         * @description A number of a report. Whole ones are written without a fraction.
         */
        Figure: number;
        /**
         * @description What a finding is about.
         * @enum {string}
         */
        FindingRule: "banned_phrase" | "broken_image" | "broken_link" | "contrast" | "dark_mode" | "dear_characters" | "empty" | "empty_link" | "forbidden_element" | "long_body" | "long_button" | "long_subject" | "long_title" | "misleading_link" | "missing_alt" | "missing_language" | "missing_stop" | "missing_unsubscribe" | "no_language" | "no_preheader" | "only_images" | "segments" | "shouting" | "spam_word" | "too_long" | "unnamed_language" | "unseen_link" | "untranslated" | "weight" | "not_rendered";
        /** @description One finding. */
        FindingView: {
            /** @description Which rule found it. */
            rule: components["schemas"]["FindingRule"];
            /** @description `error`, `warning` or `hint`. */
            level: string;
            /** @description What was found and what to do. */
            message: string;
            /** @description The part: `subject`, `preheader`, `html` or `text` of a mail, a member of another channel's template. */
            part: string;
            /** @description The place, as it is written there. */
            excerpt?: string | null;
            /** @description The language it was found in; null is the template's own. */
            language?: string | null;
            /** @description What the message says beside the words of its rule, by name. */
            values: {
                [key: string]: string;
            };
        };
        /** @description Profiles that moved. */
        Flow: {
            /** @description The time at which they were seen on the new rung. */
            at: string;
            /** @description The rung they were on at the time before; absent for those without an event until then. */
            from?: string | null;
            /**
             * Format: uint64
             * @description How many.
             */
            profiles: number;
            /** @description The rung they are on. */
            to: string;
        };
        /** @description A word of the language. */
        FormView: {
            /** @description The word. */
            name: string;
            /** @description Where it can stand: `function`, `events` (after `events(…)`), `measure` (ends a question about events), `field`. */
            place: string;
            /** @description How it is written. */
            example: string;
            /** @description What it means. */
            meaning: string;
        };
        /** @description A formula over series. */
        FormulaRequest: {
            /**
             * @description `A / B * 100`: series, numbers, `+ - * /` and brackets.
             * @default
             */
            formula?: string;
            /** @description What to call it; the formula itself when absent. */
            label?: string | null;
        };
        /** @description A document that was found. */
        FoundView: {
            /** @description Its kind: `segment`, `journey`, `insight`… */
            kind: string;
            /** @description Its id. */
            id: string;
            /** @description What it is called; the id when it has no name. */
            name: string;
            /** @description The status of its newest version. */
            status: string;
            /**
             * Format: int32
             * @description The version in effect, when there is one.
             */
            live_version?: number | null;
        };
        /** @description Conversions that took about as long. */
        FunnelBin: {
            /**
             * Format: int64
             * @description At least, ms.
             */
            from_ms: number;
            /**
             * Format: uint64
             * @description How many profiles.
             */
            profiles: number;
            /**
             * Format: int64
             * @description Less than, ms; of the last bin, at most.
             */
            to_ms: number;
        };
        /** @description Those who entered in one bucket. */
        FunnelBucket: {
            /** @description The bucket. */
            bucket: string;
            /**
             * Format: double
             * @description `converted` of `entered`, percent.
             */
            conversion_percent: number;
            /**
             * Format: uint64
             * @description How many of them converted, whenever.
             */
            converted: number;
            /**
             * Format: uint64
             * @description How many entered in it.
             */
            entered: number;
        };
        /** @description Which profiles to list. */
        FunnelDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * Format: int64
             * @description Only those who took less, ms.
             */
            below_ms?: number | null;
            /** @description Only those who entered in this bucket of `over`. */
            bucket?: string | null;
            /**
             * Format: int64
             * @description Only those who took at least so long to the step, ms.
             */
            least_ms?: number | null;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /** @description Only those with this mark, as `correlation` names it. */
            mark?: string | null;
            /** @description Those who reached it, or those who got there and no further. */
            outcome?: components["schemas"]["Outcome"];
            /**
             * Format: uint
             * @description The step, from 1.
             * @default 0
             */
            step?: number;
            /** @description Only those of this line of the breakdown. */
            value?: string | null;
        };
        /** @description The profiles of one value. */
        FunnelLine: {
            /**
             * Format: double
             * @description The last of `profiles` of those that entered, percent.
             */
            conversion_percent: number;
            /**
             * Format: int64
             * @description Median time to the last step, milliseconds.
             */
            median_ms?: number | null;
            /** @description Profiles that reached each step. */
            profiles: number[];
            /** @description The value. */
            value: string;
        };
        /** @description A funnel's numbers. */
        FunnelReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /**
             * Format: double
             * @description `converted` of `entered`, percent.
             */
            conversion_percent: number;
            /**
             * Format: uint64
             * @description Profiles that reached the last step.
             */
            converted: number;
            /** @description What sets those who converted apart, strongest first. */
            correlation?: components["schemas"]["Correlation"][] | null;
            /**
             * Format: uint64
             * @description Profiles that entered.
             */
            entered: number;
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description How long conversions took. */
            histogram?: components["schemas"]["FunnelBin"][] | null;
            /** @description One line per value of the breakdown, largest first and `(other)` last. */
            lines?: components["schemas"]["FunnelLine"][] | null;
            /** @description Conversion by when profiles entered. */
            over_time?: components["schemas"]["FunnelBucket"][] | null;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description The steps in order; of an unordered funnel, any one step, any two… */
            steps: components["schemas"]["FunnelStepReport"][];
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /**
             * Format: int64
             * @description The conversion window, milliseconds.
             */
            window_ms: number;
            /** @description The zone of the days. */
            zone: string;
        };
        /**
         * @description A funnel. Profiles enter with an event inside the period; later steps may follow until the window ends, also after
         *     the period.
         */
        FunnelRequest: {
            /** @description Which event's value it is. */
            attribution?: components["schemas"]["Attribution"];
            /** @description One line per value of this: a property of an event, `context.…`, `traits.…` or `segments.…`. */
            breakdown?: string | null;
            /** @description Also what sets those who converted apart from the rest. */
            correlate?: components["schemas"]["Correlate"] | null;
            /** @description Also list the profiles at one step. */
            drill?: components["schemas"]["FunnelDrill"] | null;
            /**
             * @description Events that must not happen on the way.
             * @default []
             */
            exclude?: components["schemas"]["Exclusion"][];
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /**
             * Format: uint
             * @description Also how long conversions took, in so many bins of equal width.
             */
            histogram?: number | null;
            /**
             * @description A profile may enter at any step.
             * @default false
             */
            open?: boolean;
            /** @description What order the steps must have. */
            order?: components["schemas"]["Order"];
            /** @description Also the conversion of those who entered in each of these. */
            over?: components["schemas"]["Unit"] | null;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /**
             * @description The steps, 1 to 12.
             * @default []
             */
            steps?: components["schemas"]["FunnelStep"][];
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /**
             * Format: uint
             * @description How many values get a line of their own, at most 50; 10 when absent.
             */
            top?: number | null;
            /**
             * @description The longest time from the first step to the last (`7d`, `36h`; inclusive), at most 366 days; 7 days when absent.
             *     Of an open funnel, from each step to the next.
             */
            window?: string | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description One step of a funnel. */
        FunnelStep: {
            /** @description The event's name; any event of the customer's own doing when absent, every event with `*`. */
            event?: string | null;
            /** @description Only events for which this holds, a rule's event predicate: `e.total > 50.0`. */
            filter?: string | null;
            /** @description What to call the step; the event's name when absent. */
            label?: string | null;
            /**
             * @description The step may be left out; neither the first nor the last.
             * @default false
             */
            optional?: boolean;
        };
        /** @description One step's numbers. */
        FunnelStepReport: {
            /**
             * Format: double
             * @description Average of these times, milliseconds.
             */
            average_ms?: number | null;
            /**
             * Format: double
             * @description `profiles` of those that entered, percent.
             */
            conversion_percent: number;
            /**
             * Format: uint64
             * @description Profiles that reached it and none after it; 0 for the last step.
             */
            dropped: number;
            /**
             * Format: uint64
             * @description Of an open funnel: profiles that came in here, with no step before within the window.
             */
            entered_here?: number | null;
            /** @description What to call it. */
            label: string;
            /**
             * Format: int64
             * @description Median time from the first step to this (of an open funnel, from the step before), milliseconds; the mean of the two
             *     middle ones, rounded down, of an even number.
             */
            median_ms?: number | null;
            /**
             * Format: uint64
             * @description Profiles that reached the step.
             */
            profiles: number;
            /**
             * Format: double
             * @description Of those at the required step before, the percentage that reached this one from there; 100 for the first.
             */
            step_conversion_percent: number;
        };
        /** @description How often a goal begins anew. */
        GoalPeriod: "day" | "week" | "month" | "quarter" | "year";
        /**
         * Goal
         * @description A goal: kind `goal`.
         */
        GoalSpec: {
            /**
             * @description When to tell somebody.
             * @default []
             */
            alerts?: components["schemas"]["AlertRule"][];
            /** @description The channel the mail leaves by; the workspace's SMTP channel when absent. */
            channel?: string | null;
            /** @description What it is for. */
            description?: string | null;
            /** @description Which of the two. */
            direction?: components["schemas"]["Direction"];
            /** @description Where the number comes from. */
            metric?: components["schemas"]["Metric"];
            /**
             * @description What people call it.
             * @default
             */
            name?: string;
            /** @description How the number moves: `total` grows through the period, `level` is a rate or an average. */
            nature?: components["schemas"]["Nature"];
            /**
             * @description Members who get a mail when an alert begins, by address.
             * @default []
             */
            notify?: string[];
            /** @description How often it begins anew. */
            period?: components["schemas"]["GoalPeriod"];
            /** @description Live channels of the kind `webhook`, `slack` or `teams` that are told as well. */
            post_to?: string[];
            /**
             * Format: double
             * @description The number to reach, or to keep below.
             * @default 0
             */
            target?: number;
            /**
             * Format: double
             * @description How far from the target is still on track, percent of it; 5 when absent.
             */
            tolerance_percent?: number | null;
            /** @description What is written after the number: `€`, `%`, `orders`. */
            unit?: string | null;
            /** @description IANA zone of its days; UTC when absent. */
            zone?: string | null;
        };
        /** @description How a goal stands. */
        GoalStatus: {
            /** @description The conditions of the goal's alerts, in its order, and whether they hold now. */
            alerts: components["schemas"]["AlertState"][];
            /** @description The last whole day. */
            day?: components["schemas"]["DayReading"] | null;
            /** @description Which of the two. */
            direction: components["schemas"]["Direction"];
            /**
             * Format: double
             * @description The share of the period's time that is over, percent.
             */
            elapsed_percent: number;
            /**
             * Format: double
             * @description What the number would be now on the way to just the target; of a level the target. Null when it is too early.
             */
            expected?: number | null;
            /** @description The first day of the period. */
            from: string;
            /** @description Former periods, newest first. */
            history?: components["schemas"]["Reading"][];
            /** @description The goal's id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /** @description Whether the number grows through the period or is a level. */
            nature: components["schemas"]["Nature"];
            /**
             * Format: uint
             * @description Of how many former periods the expected course is the median; 0: a straight line.
             */
            pace_periods: number;
            /**
             * Format: double
             * @description What the number will be at the end if it goes on as expected. Null when it is too early.
             */
            projection?: number | null;
            /** @description How it stands. */
            standing: components["schemas"]["Standing"];
            /**
             * Format: double
             * @description The number to reach or to keep below.
             */
            target: number;
            /** @description The last day of the period. */
            to: string;
            /** @description What is written after the number. */
            unit?: string | null;
            /**
             * Format: double
             * @description The number so far; null when the report has none.
             */
            value?: number | null;
            /**
             * Format: uint32
             * @description The version that was asked: the live one, or else the newest.
             */
            version: number;
            /** @description What a reader must know. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description A header. */
        HeaderView: {
            /** @description Its name. */
            name: string;
            /** @description Its value, decoded. */
            value: string;
        };
        /** @description Which number's profiles to list. */
        HeatmapDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * Format: uint
             * @description The hour, 0 to 23.
             * @default 0
             */
            hour?: number;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /**
             * Format: uint
             * @description The day of the week, 1 is Monday.
             * @default 0
             */
            weekday?: number;
        };
        /** @description Activity by weekday and hour. */
        HeatmapReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description By day of the week from Monday: by hour from 0. */
            hours: number[][];
            /** @description The busiest hour: day of the week from 1, and hour; absent when nothing happened. */
            peak?: unknown[] | null;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Events, or profiles, per hour of the day and day of the week. */
        HeatmapRequest: {
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["HeatmapDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description Which events; any when absent. */
            of?: components["schemas"]["Selection"];
            /**
             * @description Take the local time of each profile (its trait `timezone`), and `zone` only for those without.
             * @default false
             */
            own_zone?: boolean;
            /**
             * @description Count each profile once an hour of the week, not every event.
             * @default false
             */
            profiles?: boolean;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description An identifier. */
        IdentifierView: {
            /** @description `user_id`, `anonymous_id`, `email`, … */
            namespace: string;
            /** @description The value. */
            value: string;
        };
        /** @description Whose identifier it is. */
        IdentityView: {
            /** @description The namespace. */
            namespace: string;
            /** @description The value, normalised. */
            value: string;
            /** @description The profile that owns it. */
            profile: components["schemas"]["ProfileSummary"];
        };
        /** @description An import. */
        ImportView: {
            /** @description Its id. */
            id: string;
            /** @description The file's name. */
            file_name: string;
            /** @description `queued`, `running`, `done`, `failed`, `cancelled`. */
            state: string;
            /**
             * Format: int64
             * @description The file's size in bytes; 0 when unknown.
             */
            total_bytes: number;
            /**
             * Format: int64
             * @description How many of them were read; null when that cannot be told (packed files and Parquet), or nothing was read yet.
             */
            read_bytes?: number | null;
            /**
             * Format: int64
             * @description Rows read.
             */
            rows: number;
            /**
             * Format: int64
             * @description Events accepted from them.
             */
            accepted: number;
            /**
             * Format: int64
             * @description Rows rejected.
             */
            rejected: number;
            /** @description Who asked for it. */
            created_by: string;
            /** @description When it was asked for. */
            created_at: components["schemas"]["Time"];
            started_at?: null | components["schemas"]["Time"];
            finished_at?: null | components["schemas"]["Time"];
            /** @description The fault that stopped it. */
            error?: string | null;
        };
        /** @description One thing that happened. */
        InAppEvent: {
            /** @description The message. */
            message_id: string;
            /** @description `displayed`, `clicked`, `dismissed` or `read` (in the inbox). */
            type: string;
            /** @description The button or item that was used. */
            button?: string | null;
            /** @description When it happened by the client's clock, RFC 3339; now when absent. */
            timestamp?: string | null;
            /** @description Tells it from other events of the customer, at most 64 bytes: what is told twice counts once. */
            id?: string | null;
        };
        /** @description What became of messages. */
        InAppEvents: {
            /** @description Of `POST /inapp/session`. */
            token: string;
            /** @description What happened, in order. */
            events: components["schemas"]["InAppEvent"][];
            /** @description When this was sent by the client's clock, RFC 3339: corrects `timestamp` where that clock is wrong. */
            sent_at?: string | null;
        };
        /** @description The messages as they stand. */
        InAppMessages: {
            /** @description In the order in which they may be shown: at most one that covers the page at a time. */
            messages: components["schemas"]["InAppView"][];
            /** @description How many of the inbox are unread. */
            unread: number;
        };
        /** @description One message. */
        InAppView: {
            /** @description Its id, for events. */
            id: string;
            /** @description The template's id. */
            template: string;
            /** @description How it is shown, what it says, where and how often; see docs/specs/inapp.md. */
            content: Record<string, unknown>;
            /** @description When it came. */
            at: components["schemas"]["Time"];
            /** @description After this it is not shown any more. */
            expires_at: components["schemas"]["Time"];
            /**
             * Format: int32
             * @description How often it was shown.
             */
            displays: number;
            displayed_at?: null | components["schemas"]["Time"];
            read_at?: null | components["schemas"]["Time"];
        };
        /** @description A saved insight and what it comes to. */
        InsightResult: {
            /** @description How it is drawn. */
            chart?: components["schemas"]["Chart"] | null;
            /** @description The insight's id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /**
             * Format: double
             * @description The number that stands for the whole, when the insight names one and the report has it.
             */
            number?: number | null;
            /** @description Which report. */
            report: string;
            /** @description The request as it was asked, with everything laid over it. */
            request: {
                [key: string]: unknown;
            };
            /** @description The report, as `POST /api/v1/insights/{report}` answers it. */
            result: {
                [key: string]: unknown;
            };
            /**
             * Format: uint32
             * @description The version that was asked: the live one, or else the newest.
             */
            version: number;
        };
        /** @description Profiles that are in exactly these of the segments. */
        IntersectionView: {
            /** @description Ids of the segments. */
            segments: string[];
            /**
             * Format: int64
             * @description How many profiles are in all of these and in none of the others asked about.
             */
            count: number;
        };
        /**
         * @description What is wrong:
         *     - `required`: is required
         *     - `required_one_of`: is required: one of {known}
         *     - `empty`: must not be empty
         *     - `not_one_line`: must be one line without control characters
         *     - `too_long`: at most {max} bytes, found {found}
         *     - `too_many_characters`: longer than {max} characters
         *     - `name_length`: expected 1-{max} characters
         *     - `wrong_type`: expected {expected}, found {found}
         *     - `not_one_of`: expected one of {known}, found "{found}"
         *     - `not_exactly_one`: expected exactly one of {known}
         *     - `unknown_member`: unknown field; expected one of {known}
         *     - `not_an_object`: expected an object with {known}, found {found}
         *     - `not_whole`: expected a whole number from {from} to {to}, found {found}
         *     - `not_a_percentage`: expected a percentage from 0 to 100 with two decimals at most, found {found}
         *     - `too_many`: at most {max}, found {found}
         *     - `too_many_members`: expected an object with at most {max} members
         *     - `too_many_texts`: expected a list of at most {max} texts
         *     - `not_an_email`: expected an e-mail address such as hello@example.com, found "{found}"
         *     - `not_an_address`: expected an address such as https://example.com, found "{found}"
         *     - `not_a_duration`: expected a duration such as 30m, 12h or 3d, found {found}
         *     - `duration_range`: expected a duration from {from} to {to}
         *     - `not_an_instant`: expected an instant such as 2026-12-01T09:00:00Z, found {found}
         *     - `not_a_language`: expected languages such as de or de-AT, found "{found}"
         *     - `not_an_id`: expected 1-64 lower-case letters, digits, - and _, beginning with a letter or digit
         *     - `unknown_document`: there is no {kind} "{id}"
         *     - `rule_empty`: the text is empty; expected a condition such as traits.plan == "pro"
         *     - `not_a_condition`: expected a condition, such as traits.plan == "pro"
         *     - `not_a_value`: expected a value, such as traits.plan or "pro"
         *     - `unknown_word`: unknown {what} `{name}`; expected one of {known}
         *     - `unknown_segment`: there is no segment `{name}`
         *     - `unseen_event`: no event `{name}` has been seen
         *     - `unseen_trait`: no profile has a trait `{name}`
         *     - `unseen_account_trait`: no account has a trait `{name}`
         *     - `unseen_property`: these events have no property `{name}`
         *     - `never_equal`: `{name}` is {kind}, which never equals {value}
         *     - `cannot_test`: `{name}` is {kind}, which .{test}(…) cannot test
         *     - `no_such_type`: `{name}` is {kind}, {why}
         *     - `asks_about_events`: asks about events: put that into a segment and ask in_segment("…")
         *     - `not_between`: expected {from} to {to}
         *     - `not_so_many`: expected {from} to {to}, there are {found}
         *     - `not_a_date`: expected a date such as 2026-01-31
         *     - `not_a_time`: expected a time of the day such as 08:00
         *     - `unknown_zone`: unknown time zone "{zone}", expected an IANA name such as Europe/Berlin
         *     - `not_a_bound`: expected a date such as 2026-01-31, a time such as 2026-01-31T08:00:00Z, or -7d, yesterday, last month
         *     - `not_after`: must be after {at} ({found})
         *     - `too_early`: must not be before {at} ({found})
         *     - `period_too_long`: the period has {days} days, at most {max} are possible
         *     - `too_many_buckets`: the period has more than {max} {what}; take a larger unit
         *     - `not_a_window`: expected a duration such as 7d or 36h, at most 366d, found "{found}"
         *     - `no_live_segment`: there is no live segment "{id}"
         *     - `no_event_named`: no event named "{name}" was seen
         *     - `not_shown`: expected a {what} that the report shows
         *     - `not_a_pointer`: expected a JSON pointer into the report such as /series/0/total
         *     - `not_a_member`: "{address}" is not the address of a member of this workspace
         *     - `other_rhythm`: only of a {rhythm} report
         *     - `outside_columns`: expected x and w within {columns} columns, w at least 1
         *     - `outside_rows`: expected h from 1 to 50 and y below {rows}
         *     - `tiles_overlap`: lies over items[{other}]
         *     - `step_taken`: the id "{id}" is taken by {place}
         *     - `no_step`: there is no step "{step}"
         *     - `step_unreached`: nothing leads to step "{step}"
         *     - `endless_way`: the way back to step "{step}" has no wait: it would run for ever
         *     - `starts_itself`: step "{step}" brings about "{event}", which starts this journey: with this re-entry it would start itself again and again
         *     - `reserved_event`: "{event}" is recorded by what it tells, such as a list step
         *     - `ends_too_early`: is not after starts_at
         *     - `no_channel`: step "{step}" sends by "{channel}", and no live channel carries that
         *     - `template_not_live`: step "{step}" sends the template "{template}", which is not live
         *     - `not_live`: step "{step}" names the {kind} "{id}", which is not live
         *     - `names_not_live`: names the {kind} "{id}", which is not live
         *     - `segment_not_live`: asks about the segment "{id}", which is not live
         *     - `started_not_live`: step "{step}" starts the journey "{journey}", which is not live
         *     - `started_otherwise`: "{journey}" starts by {trigger}; a step can start what has the trigger journey
         *     - `starts_own`: step "{step}" starts its own journey again and again
         *     - `stops_own`: step "{step}" stops its own journey; an `exit` step ends a run
         *     - `other_channel`: step "{step}" sends by "{channel}" the template "{template}", which is for {carried}
         *     - `over`: is over: nobody could enter
         *     - `never_again`: {what} never comes round any more
         *     - `sends_again`: step "{step}" sends again and again: the way back to it may take no longer than {duration}
         *     - `sends_unbounded`: step "{step}" sends a message for every {cause}: re-entry is unbounded and nothing on the way waits
         *     - `no_media`: no live channel carries media (MMS): {channels} sends texts alone. Leave media out and link to the picture, or add a channel of kind twilio
         *     - `no_webhook_channel`: no live channel "{id}" of kind webhook, which the segment tells who enters and leaves
         *     - `confirm_not_live`: the template "{id}" is not live: nobody would be asked to confirm
         *     - `confirm_without_link`: the template "{id}" has no confirm_url: nobody could confirm
         *     - `confirm_other_channel`: the template "{id}" is for {carried}
         * @enum {string}
         */
        ItemCode: "required" | "required_one_of" | "empty" | "not_one_line" | "too_long" | "too_many_characters" | "name_length" | "wrong_type" | "not_one_of" | "not_exactly_one" | "unknown_member" | "not_an_object" | "not_whole" | "not_a_percentage" | "too_many" | "too_many_members" | "too_many_texts" | "not_an_email" | "not_an_address" | "not_a_duration" | "duration_range" | "not_an_instant" | "not_a_language" | "not_an_id" | "unknown_document" | "rule_empty" | "not_a_condition" | "not_a_value" | "unknown_word" | "unknown_segment" | "unseen_event" | "unseen_trait" | "unseen_account_trait" | "unseen_property" | "never_equal" | "cannot_test" | "no_such_type" | "asks_about_events" | "not_between" | "not_so_many" | "not_a_date" | "not_a_time" | "unknown_zone" | "not_a_bound" | "not_after" | "too_early" | "period_too_long" | "too_many_buckets" | "not_a_window" | "no_live_segment" | "no_event_named" | "not_shown" | "not_a_pointer" | "not_a_member" | "other_rhythm" | "outside_columns" | "outside_rows" | "tiles_overlap" | "step_taken" | "no_step" | "step_unreached" | "endless_way" | "starts_itself" | "reserved_event" | "ends_too_early" | "no_channel" | "template_not_live" | "not_live" | "names_not_live" | "segment_not_live" | "started_not_live" | "started_otherwise" | "starts_own" | "stops_own" | "other_channel" | "over" | "never_again" | "sends_again" | "sends_unbounded" | "no_media" | "no_webhook_channel" | "confirm_not_live" | "confirm_without_link" | "confirm_other_channel";
        /** @description What an item of a dashboard comes to. Exactly one of `insight`, `goal`, `text` and `error`. */
        ItemResult: {
            /** @description Why there is nothing: the others are shown all the same. */
            error?: string | null;
            /** @description Of a goal. */
            goal?: components["schemas"]["GoalStatus"] | null;
            /**
             * Format: uint16
             * @description Rows.
             */
            h: number;
            /** @description Of an insight. */
            insight?: components["schemas"]["InsightResult"] | null;
            /** @description A text. */
            text?: string | null;
            /** @description What stands above it. */
            title: string;
            /**
             * Format: uint16
             * @description Columns.
             */
            w: number;
            /**
             * Format: uint16
             * @description Columns and rows: as in the document.
             */
            x: number;
            /**
             * Format: uint16
             * @description The first row.
             */
            y: number;
        };
        /**
         * @description Why somebody left a journey; an exit step has a reason of its own.
         * @enum {string}
         */
        JourneyExit: "completed" | "exit_condition" | "not_live" | "merged" | "goal" | "paused" | "not_migrated" | "stopped";
        /** @description Which profiles to list; all that is said must hold. */
        JourneyMapDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * @description It was their last stage, and their journey did not end well.
             * @default false
             */
            dropped?: boolean;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /** @description They had this moment, as the report names it. */
            moment?: string | null;
            /** @description They were in this stage. */
            stage?: string | null;
            /** @description Their journey ended well (true) or did not (false). */
            well?: boolean | null;
        };
        /** @description A journey map. */
        JourneyMapReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /**
             * Format: uint64
             * @description Profiles with a touch in the period: a journey each.
             */
            journeys: number;
            /** @description What sets journeys that ended well apart: pain points first (most conversions lost), then what helps. */
            moments: components["schemas"]["Moment"][];
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description The stages in order. */
            stages: components["schemas"]["StageReport"][];
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description Their touchpoints by channel, most frequent first within a stage. */
            touchpoints: components["schemas"]["TouchpointReport"][];
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /**
             * Format: uint64
             * @description Of them, those whose journey ended well.
             */
            well: number;
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description A map of what customers go through. */
        JourneyMapRequest: {
            /** @description A journey ends badly with this one; without it, whatever has not ended well has ended badly. */
            bad?: components["schemas"]["Selection"] | null;
            /** @description The field of a touch that is its channel, such as `context.channel`. */
            channel?: string | null;
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["JourneyMapDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description A journey ends well with this event; expected. */
            good?: components["schemas"]["Selection"];
            /**
             * Format: uint64
             * @description Leave out moments that fewer profiles had; 10 when absent.
             */
            least_profiles?: number | null;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description The number in an answer; `score` when absent. */
            score?: string | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /**
             * @description The stages in their order, 1 to 12.
             * @default []
             */
            stages?: components["schemas"]["StageRequest"][];
            /** @description Answers that say how satisfied customers are; they count for the stage the customer was in. */
            survey?: components["schemas"]["Selection"] | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /**
         * @description Why a journey lets somebody not in.
         * @enum {string}
         */
        JourneyRefusal: "entry_condition" | "exit_condition" | "active" | "once" | "too_soon" | "too_old" | "no_key" | "paused" | "not_started" | "stopped" | "goal_reached" | "concurrent" | "too_many_runs";
        /** @description A live journey with its numbers. */
        JourneyView: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /**
             * Format: int32
             * @description The live version.
             */
            version: number;
            /**
             * Format: int64
             * @description Runs begun.
             */
            entered: number;
            /**
             * Format: int64
             * @description Runs that go on.
             */
            active: number;
            /** @description Runs ended, by reason. */
            exited: {
                [key: string]: number;
            };
            /** @description Triggers that began no run, by reason. */
            refused: {
                [key: string]: number;
            };
            /** @description Active runs by version and step. */
            steps: {
                [key: string]: {
                    [key: string]: number;
                };
            };
        };
        /** @description A write key to create. */
        KeyInput: {
            /** @description The source's slug. */
            source: string;
        };
        /** @description A new pair of keys. */
        KeyPair: {
            /** @description The private key: the channel's `secret`. It is not kept here. */
            secret: string;
            /** @description The public key, for pages that subscribe by themselves. */
            public_key: string;
        };
        /** @description A write key. */
        KeyView: {
            /** @description The key. It can only write. */
            key: string;
            /** @description The source's slug. */
            source: string;
            /** @description When it was created. */
            created_at: components["schemas"]["Time"];
            revoked_at?: null | components["schemas"]["Time"];
        };
        /** @description A browser's keys. */
        Keys: {
            /** @description Its public key, base64url. */
            p256dh: string;
            /** @description Its secret, base64url. */
            auth: string;
        };
        /** @description Which number's profiles to list. */
        LadderDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * @description The time as the report names it.
             * @default
             */
            at?: string;
            /** @description Only those who stood on this rung at the time before. */
            from?: string | null;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /**
             * @description The rung they stand on then.
             * @default
             */
            rung?: string;
        };
        /** @description A ladder over time. */
        LadderReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description Who moved, or came, between a time and the one before; those who stayed are left out. */
            flows: components["schemas"]["Flow"][];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /** @description The rungs, lowest first. */
            rungs: string[];
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description By time, by rung: how many profiles stand on it. */
            standing: number[][];
            /** @description The buckets at whose ends was looked; the first is the one before the period, at whose end the period begins. */
            times: string[];
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Profiles by the highest rung whose rule holds, at the end of each bucket. */
        LadderRequest: {
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["LadderDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /**
             * @description The rungs, lowest first, 2 to 12; unaware, informed, enticed, active, reciprocating, advocate when empty.
             * @default []
             */
            rungs?: components["schemas"]["Rung"][];
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /** @description The length of a bucket: day, week or month. */
            unit?: components["schemas"]["Unit"];
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description Which number's profiles to list. */
        LifecycleDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * @description The bucket as the report names it.
             * @default
             */
            bucket?: string;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /** @description Which of its profiles. */
            standing?: components["schemas"]["Standing"];
        };
        /** @description Profiles per bucket by standing. */
        LifecycleReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description The buckets. */
            buckets: string[];
            /** @description By bucket: not active, but in the bucket before. */
            dormant: number[];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description By bucket: active for the first time ever. */
            new: number[];
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /** @description By bucket: active, not in the bucket before, but earlier. */
            resurrecting: number[];
            /** @description By bucket: active, and in the bucket before too. */
            returning: number[];
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description The length of a bucket. */
            unit: components["schemas"]["Unit"];
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Profiles per bucket by what they did before. */
        LifecycleRequest: {
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["LifecycleDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description What counts as being active; any event of the customer's own doing when absent. */
            of?: components["schemas"]["Selection"];
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /** @description The length of a bucket: day, week or month. Buckets are whole, also where the period begins inside one. */
            unit?: components["schemas"]["Unit"];
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description A range of a profile's stable point under a name. */
        LiftBucket: {
            /**
             * Format: double
             * @description First percent inside.
             */
            from: number;
            /** @description The name that separates one experiment's buckets from another's. */
            salt: string;
            /**
             * Format: double
             * @description First percent outside.
             */
            to: number;
        };
        /** @description Which number's profiles to list. */
        LiftDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /** @description Of which group. */
            arm?: components["schemas"]["Arm"];
            /** @description Only those who converted, or only those who did not; all when absent. */
            converted?: boolean | null;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
        };
        /** @description A group. */
        LiftGroup: {
            /** @description Their share, percent, with Wilson's interval. */
            conversion_percent: components["schemas"]["Estimate"];
            /**
             * Format: uint64
             * @description Those with a goal in the window.
             */
            converted: number;
            /**
             * Format: uint64
             * @description Goals in the window, several of a profile too.
             */
            goals: number;
            /**
             * Format: uint64
             * @description Profiles in it.
             */
            profiles: number;
            /** @description What the goals are worth together. */
            value: components["schemas"]["Figure"];
            /**
             * Format: double
             * @description Divided by all profiles of the group.
             */
            value_per_profile: number;
        };
        /** @description The lift. */
        LiftReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description Whether the interval of the difference leaves 0 out. */
            conclusive: boolean;
            /**
             * Format: double
             * @description How sure the intervals are, percent.
             */
            confidence_percent: number;
            /** @description Those who were not. */
            control: components["schemas"]["LiftGroup"];
            /** @description Conversion of the treated less that of the control group, percentage points (Newcombe). */
            difference_points: components["schemas"]["Estimate"];
            /** @description Conversions that the treatment brought: the difference times the treated. */
            extra_conversions: components["schemas"]["Estimate"];
            /** @description What the treatment brought in value: that times the treated. */
            extra_value?: components["schemas"]["Estimate"] | null;
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /**
             * Format: uint64
             * @description Profiles whose window is not over: their goals may still come.
             */
            maturing: number;
            /**
             * Format: uint64
             * @description Profiles that were treated and held out; they count in the group they were in first.
             */
            mixed: number;
            /**
             * Format: uint64
             * @description Profiles each of two equal groups needs for a difference such as this one to be found in 80 of 100 cases; null when
             *     there is none.
             */
            needed_per_group?: number | null;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /** @description How many times the conversion of the control group that of the treated is (Katz); null when a group is empty. */
            ratio?: components["schemas"]["Estimate"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description Those who were treated. */
            treated: components["schemas"]["LiftGroup"];
            /**
             * @description Value per profile of the treated less that of the control group (Welch); null without `value` or with fewer than two
             *     profiles in a group.
             */
            value_difference?: components["schemas"]["Estimate"] | null;
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Those who were treated against those who were not. */
        LiftRequest: {
            /**
             * Format: double
             * @description How sure the intervals are, percent: 50 to 99.9, 95 when absent.
             */
            confidence_percent?: number | null;
            /**
             * @description The event with which a profile is held out: `Message Skipped` for the reason `control_group` when absent. Not
             *     with `split`.
             */
            control?: components["schemas"]["Selection"] | null;
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["LiftDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description What counts as converting. */
            goal?: components["schemas"]["Selection"];
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description How a control group is told that has no event of its own: everybody enters with `treated`. */
            split?: components["schemas"]["LiftSplit"] | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /** @description The event with which a profile is treated: `Message Sent` when absent. */
            treated?: components["schemas"]["Selection"] | null;
            /** @description A number of the goal, such as `total`: what it is worth. */
            value?: string | null;
            /** @description How long after it a goal counts; 7d when absent. */
            window?: string | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description How a control group is told among those who entered. Exactly one. */
        LiftSplit: {
            /** @description The control group is a range of a bucket, as rules have it: `bucket("exp-1", 0, 10)`. */
            bucket?: components["schemas"]["LiftBucket"] | null;
            /** @description The control group is in this segment now. */
            segment?: string | null;
        };
        /** @description What was found at the links of a template. */
        LinkReport: {
            /** @description Whether none is broken, refused or failing. */
            ok: boolean;
            /** @description Each link once, in the order of the message; those of its languages after its own. */
            links: components["schemas"]["LinkView"][];
            /** @description Links of this server that were not asked, as those of a preview lead nowhere: unsubscribing, preferences. */
            own: number;
            /** @description Links beyond the hundred that are asked at once. */
            left_out: number;
        };
        /** @description One link. */
        LinkView: {
            /** @description The address, as customers would get it. */
            url: string;
            /** @description `link`, or `picture`. */
            kind: string;
            /**
             * @description `works`, `moved` (for good: use the new address), `broken`, `unsure` (its server answers no programs), `failing` (no
             *     answer, or a fault of its server), `refused` (not asked: no address, or a private one) or `unchecked` (no time was left).
             */
            status: string;
            /**
             * Format: int32
             * @description The HTTP status that was answered last.
             */
            code?: number | null;
            /** @description Where it leads, when that is another address. */
            leads_to?: string | null;
            /** @description What was found, for people. */
            detail: string;
            /** @description The language it stands in; null is the template's own. */
            language?: string | null;
        };
        /** @description What is likely wrong with a template. */
        LintReport: {
            /** @description Whether nothing was found that will not work. */
            ok: boolean;
            /** @description Every finding, the worst first. */
            findings: components["schemas"]["FindingView"][];
        };
        /** @description What a change of a list came to. */
        ListChange: {
            /** @description Customers put on the list. */
            added: number;
            /** @description Customers taken off it. */
            removed: number;
            /** @description Identifiers nobody has. */
            unknown: number;
            /** @description Some of them. */
            unknown_sample: string[];
        };
        /** @description Who is meant; what is absent does not matter. */
        Matching: {
            /** @description Words, each of which must occur in an identifier, the id or a naming trait. */
            q?: string | null;
            /** @description With or without a `user_id`. */
            known?: boolean | null;
            /** @description With or without an e-mail address. */
            has_email?: boolean | null;
            /** @description In the live segment with this id. */
            segment?: string | null;
            /** @description Whom this rule holds now: `traits.plan == "pro"`. */
            rule?: string | null;
        };
        /** @description What a series counts. */
        Measure: "events" | "profiles" | "events_per_profile" | "weekly_active" | "monthly_active" | "sum" | "average" | "minimum" | "maximum" | "median" | "p90" | "p99";
        /** @description A picture. */
        MediaView: {
            /** @description Its name in addresses. */
            id: string;
            /** @description What it was called. */
            name: string;
            /** @description The address to put into a template. */
            url: string;
            /** @description `image/png`, `image/jpeg`, `image/gif` or `image/webp`. */
            media_type: string;
            /**
             * Format: int32
             * @description Pixels.
             */
            width?: number | null;
            /**
             * Format: int32
             * @description Pixels.
             */
            height?: number | null;
            /**
             * Format: int64
             * @description Its size.
             */
            bytes: number;
            /** @description Who uploaded it. */
            created_by: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
        };
        /** @description A member to create. */
        MemberInput: {
            /** @description The address to sign in with. */
            email: string;
            /** @description The person's name. */
            name?: string;
            /** @description `owner`, `admin`, `editor`, `viewer`. */
            role: string;
            /** @description The first password; at least 10 characters. */
            password: string;
        };
        /** @description What to change of a member. */
        MemberPatch: {
            /** @description The person's name. */
            name?: string | null;
            /** @description `owner`, `admin`, `editor`, `viewer`. */
            role?: string | null;
            /** @description A new password; ends the member's sessions. */
            password?: string | null;
            /** @description Whether signing in is refused. */
            disabled?: boolean | null;
        };
        /** @description A member. */
        MemberView: {
            /** @description Its id. */
            id: string;
            /** @description The address to sign in with. */
            email: string;
            /** @description The person's name. */
            name: string;
            /** @description `owner`, `admin`, `editor`, `viewer`. */
            role: string;
            /** @description Whether signing in is refused. */
            disabled: boolean;
            /** @description When the member was created. */
            created_at: components["schemas"]["Time"];
        };
        /** @description Whom to put on a list and whom to take off it. */
        MembersInput: {
            /** @description To add. */
            add?: components["schemas"]["Named"][];
            /** @description To remove. */
            remove?: components["schemas"]["Named"][];
        };
        /** @description A segment somebody is in. */
        MembershipView: {
            /** @description The segment's id. */
            segment: string;
            /** @description Since when. */
            since: components["schemas"]["Time"];
        };
        /** @description Which profile is the same customer. */
        MergeInput: {
            /** @description The other profile's id. */
            with: string;
        };
        /** @description A profile that became part of another. */
        MergeView: {
            /** @description The absorbed profile's id. */
            from: string;
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description The identifier that joined them. */
            by: components["schemas"]["IdentifierView"];
        };
        /** @description A profile that became part of another, as it was. */
        MergedProfile: components["schemas"]["ProfileSummary"] & {
            /** @description Its identifiers. */
            identifiers: components["schemas"]["IdentifierView"][];
        };
        /** @description What the gate would say now. */
        MessageCheck: {
            /** @description `send`; `skip` when it would not leave at all; `defer` when it would wait. */
            decision: string;
            /** @description By which channel it goes. */
            channel: string;
            /** @description Why it would be skipped, of the closed list. */
            reason?: string | null;
            /** @description Why, in words. */
            detail?: string | null;
            /** @description The rule that decided: `consent`, `frequency_cap`, `quiet_hours`… */
            rule?: string | null;
            /** @description What the rule saw; of a message that would leave, what every rule saw. */
            values: Record<string, unknown>;
            until?: null | components["schemas"]["Time"];
        };
        /** @description How many messages ended how. */
        MessageCounts: {
            /**
             * Format: int64
             * @description Decided and not finished.
             */
            pending: number;
            /**
             * Format: int64
             * @description The provider took them.
             */
            sent: number;
            /**
             * Format: int64
             * @description Not sent, for a reason of the closed list.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Given up after every retry.
             */
            failed: number;
        };
        /** @description A message to send. */
        MessageInput: {
            /** @description To whom. */
            to: components["schemas"]["Recipient"];
            /** @description The live template's id. */
            template: string;
            /** @description The topic, when the template names none. */
            topic?: string | null;
            /** @description The customer asked for it (a receipt, a password): it passes consent and quiet hours. A template may say so itself. */
            transactional?: boolean;
            /** @description What the template sees beside the profile and the company, by name: `{"order": {"total": 59.9}}`. */
            data?: Record<string, unknown>;
            /** @description How long it is worth sending: `30m`, `12h`; 3d when absent, at most 31d. */
            expires?: string | null;
        };
        /** @description A message. */
        MessageView: {
            /** @description Its id. */
            id: string;
            /** @description To whom. */
            profile: string;
            /** @description `email`. */
            channel: string;
            /** @description The template's id. */
            template: string;
            /** @description The journey that decided it. */
            journey?: string | null;
            /**
             * Format: int32
             * @description The journey's version.
             */
            version?: number | null;
            /** @description The journey's step. */
            step?: string | null;
            /** @description `queued`, `deferred`, `sent`, `skipped`, `failed`. */
            status: string;
            /** @description Why it was skipped, of the closed list. */
            reason?: string | null;
            /** @description What exactly, or the provider's answer. */
            detail?: string | null;
            /** @description Its subject, once sent. */
            subject?: string | null;
            /**
             * Format: int32
             * @description Attempts so far.
             */
            attempts: number;
            /** @description When it was decided. */
            created_at: components["schemas"]["Time"];
            /** @description When its status last changed. */
            changed_at: components["schemas"]["Time"];
        };
        /** @description Counts of messages. */
        Messages: {
            /**
             * Format: int64
             * @description The provider took them.
             */
            sent: number;
            /**
             * Format: int64
             * @description Not sent, for a reason of the closed list.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Given up after every retry.
             */
            failed: number;
        };
        /** @description A number of a report: of a saved insight, or of a request given here. */
        Metric: {
            /** @description A saved insight, by id. */
            insight?: string | null;
            /**
             * @description The number in the report, a JSON pointer: `/series/0/total`, `/conversion_percent`, `/average_percent/1`.
             * @default
             */
            number?: string;
            /** @description Or a report, by name, … */
            report?: string | null;
            /** @description … with its request. */
            request?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description How people move. */
        MigrateInput: {
            /**
             * Format: int32
             * @description The version people are on.
             */
            from: number;
            /**
             * Format: int32
             * @description The version they move to; the live one when absent.
             */
            to?: number | null;
            /** @description Step of the old version → step of the new one, or `end`. A step that both have needs no mention. */
            steps?: {
                [key: string]: string;
            };
            /** @description People at a step that is neither named nor in the new version: `stay` (finish on the old one) or `exit`. */
            others?: string;
        };
        /** @description A migration that began. */
        Migrating: {
            /**
             * Format: int64
             * @description People on the old version now.
             */
            people: number;
            /**
             * Format: int32
             * @description The version they move to.
             */
            to: number;
        };
        /** @description A value that is missing. */
        MissingView: {
            /** @description As the template writes it. */
            name: string;
            /**
             * Format: int32
             * @description The line, from 1.
             */
            line: number;
            /**
             * Format: int32
             * @description The column, from 1.
             */
            column: number;
            /** @description The block it stands in. */
            block?: string | null;
            /** @description The part it stands in: `subject` or `html` of a mail, else the member of the content: `buttons[0].label`. */
            part: string;
        };
        /** @description A moment of truth: something after which journeys end better or worse. */
        Moment: {
            /**
             * Format: double
             * @description Good ends lost: affected profiles times what their rate lacks; below 0 where it helps.
             */
            lost: number;
            /** @description A touchpoint, one that was needed again and again, one by a channel, or one after another. */
            moment: string;
            /**
             * Format: double
             * @description How many times the odds of a good end are with it what they are without.
             */
            odds_ratio: number;
            /**
             * Format: uint64
             * @description Profiles that had it, of those whose journey ended one way or the other.
             */
            profiles: number;
            /** @description Whether the 95 % interval of the odds ratio leaves out 1. */
            significant: boolean;
            /**
             * Format: double
             * @description Of them, journeys that ended well, percent.
             */
            well_percent: number;
            /**
             * Format: double
             * @description Of those without it, percent.
             */
            without_percent: number;
        };
        /** @description A customer, by profile id or by an identifier. */
        Named: {
            /** @description The profile's id. */
            profile?: string | null;
            /** @description The namespace of the identifier; `user_id` when absent. */
            namespace?: string | null;
            /** @description The identifier's value. */
            value?: string | null;
        };
        /** @description A segment a rule may name. */
        NamedSegment: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
        };
        /** @description A customer under the id that was asked for. */
        NamedSummary: {
            /** @description As it was asked for; an id from before a merge is not the profile's own. */
            asked: string;
            /** @description The customer as of now. */
            profile: components["schemas"]["ProfileSummary"];
        };
        /** @description How the number moves. */
        Nature: "total" | "level";
        /** @description A note about a day or some days. */
        Note: {
            /** @description The first day. */
            from: string;
            /** @description The annotation's id. */
            id: string;
            /** @description What happened. */
            text: string;
            /** @description The last day. */
            to: string;
        };
        /** @description What a returned mail says. */
        NoticeView: {
            /** @description `bounce`, `delay`, `delivery`, `complaint`, `auto_reply` or `other`. */
            kind: string;
            /** @description Whether the address does not work. */
            hard: boolean;
            /** @description Why, of a bounce. */
            reason?: string | null;
            /** @description What the server said. */
            detail?: string | null;
            /** @description The message it is about; null when that is not known here, and then nothing was recorded. */
            message?: string | null;
            /** @description Whether the address was put on the suppression list. */
            suppressed: boolean;
        };
        /** @description A value against what was usual. */
        Oddity: {
            /**
             * Format: double
             * @description The median of the past values.
             */
            expected: number;
            /**
             * Format: double
             * @description The highest value that is not odd.
             */
            high: number;
            /**
             * Format: double
             * @description The lowest value that is not odd.
             */
            low: number;
            /** @description Whether it is out of the ordinary. */
            odd: boolean;
            /**
             * Format: double
             * @description How many robust standard deviations the value is from the median; negative below it. 0 when past values were all
             *     the same and this one is too.
             */
            score: number;
            /**
             * Format: uint
             * @description Of how many past values.
             */
            weeks: number;
        };
        /** @description What order the steps must have. */
        Order: "ordered" | "strict" | "unordered";
        /** @description Which profiles of a step. */
        Outcome: "reached" | "dropped";
        /** @description Segments to lay over each other. */
        OverlapInput: {
            /** @description Ids of 2 to 5 live segments. */
            segments: string[];
        };
        /** @description How segments overlap. */
        OverlapView: {
            /** @description Members of each segment, by id. */
            sizes: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Profiles in at least one of them.
             */
            union: number;
            /** @description Every combination that has a profile, the largest first: the bars of an UpSet plot. */
            intersections: components["schemas"]["IntersectionView"][];
        };
        /** @description Where and of whom: what is laid over the requests of saved insights. What is absent stays as the insight has it. */
        Overlay: {
            /** @description Only events for which this holds, besides the insight's own conditions. */
            filter?: string | null;
            /** @description Beginning of the period: a date, a day named from today (`-7d`, `last month`), or a time. */
            from?: string | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End of the period. */
            to?: string | null;
            /** @description IANA zone of the days. */
            zone?: string | null;
        };
        /** @description Which page to show. */
        PageInput: {
            /** @description Its id. */
            page: string;
            /** @description The language of who looks at it, such as `fr` or `de-AT`. */
            language: string;
            /** @description Settings to show it by, saved or not; those in effect when absent. */
            spec?: Record<string, unknown> | null;
        };
        PageOfAccountMember: {
            /** @description The rows. */
            items: components["schemas"]["AccountMember"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfAccountView: {
            /** @description The rows. */
            items: components["schemas"]["AccountView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfAlertRecord: {
            /** @description The rows. */
            items: components["schemas"]["AlertRecord"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfAuditView: {
            /** @description The rows. */
            items: components["schemas"]["AuditView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfCampaignView: {
            /** @description The rows. */
            items: components["schemas"]["CampaignView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfCaughtView: {
            /** @description The rows. */
            items: components["schemas"]["CaughtView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfChannelView: {
            /** @description The rows. */
            items: components["schemas"]["ChannelView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfConsentChangeView: {
            /** @description The rows. */
            items: components["schemas"]["ConsentChangeView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfConsentView: {
            /** @description The rows. */
            items: components["schemas"]["ConsentView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfCrossingView: {
            /** @description The rows. */
            items: components["schemas"]["CrossingView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfDomainView: {
            /** @description The rows. */
            items: components["schemas"]["DomainView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfEventView: {
            /** @description The rows. */
            items: components["schemas"]["EventView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfExportFile: {
            /** @description The rows. */
            items: components["schemas"]["ExportFile"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfFeedEvent: {
            /** @description The rows. */
            items: components["schemas"]["FeedEvent"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfFoundView: {
            /** @description The rows. */
            items: components["schemas"]["FoundView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfGoalStatus: {
            /** @description The rows. */
            items: components["schemas"]["GoalStatus"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfImportView: {
            /** @description The rows. */
            items: components["schemas"]["ImportView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfJourneyView: {
            /** @description The rows. */
            items: components["schemas"]["JourneyView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfKeyView: {
            /** @description The rows. */
            items: components["schemas"]["KeyView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfMediaView: {
            /** @description The rows. */
            items: components["schemas"]["MediaView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfMemberView: {
            /** @description The rows. */
            items: components["schemas"]["MemberView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfMembershipView: {
            /** @description The rows. */
            items: components["schemas"]["MembershipView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfMessageView: {
            /** @description The rows. */
            items: components["schemas"]["MessageView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfNamedSummary: {
            /** @description The rows. */
            items: components["schemas"]["NamedSummary"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfPersonaModelView: {
            /** @description The rows. */
            items: components["schemas"]["PersonaModelView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfProblemItem: {
            /** @description The rows. */
            items: components["schemas"]["ProblemItem"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfProfileSummary: {
            /** @description The rows. */
            items: components["schemas"]["ProfileSummary"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfReasonCountView: {
            /** @description The rows. */
            items: components["schemas"]["ReasonCountView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfRejectedView: {
            /** @description The rows. */
            items: components["schemas"]["RejectedView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfReportLine: {
            /** @description The rows. */
            items: components["schemas"]["ReportLine"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfReportRunView: {
            /** @description The rows. */
            items: components["schemas"]["ReportRunView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfReportView: {
            /** @description The rows. */
            items: components["schemas"]["ReportView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfResourceView: {
            /** @description The rows. */
            items: components["schemas"]["ResourceView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfRowView: {
            /** @description The rows. */
            items: components["schemas"]["RowView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfRunView: {
            /** @description The rows. */
            items: components["schemas"]["RunView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfSegmentMember: {
            /** @description The rows. */
            items: components["schemas"]["SegmentMember"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfSegmentView: {
            /** @description The rows. */
            items: components["schemas"]["SegmentView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfSimulationView: {
            /** @description The rows. */
            items: components["schemas"]["SimulationView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfSizeView: {
            /** @description The rows. */
            items: components["schemas"]["SizeView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfSourceView: {
            /** @description The rows. */
            items: components["schemas"]["SourceView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfSuppressionView: {
            /** @description The rows. */
            items: components["schemas"]["SuppressionView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfTemplateView: {
            /** @description The rows. */
            items: components["schemas"]["TemplateView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfTimelinePoint: {
            /** @description The rows. */
            items: components["schemas"]["TimelinePoint"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfTokenView: {
            /** @description The rows. */
            items: components["schemas"]["TokenView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfTraitChangeView: {
            /** @description The rows. */
            items: components["schemas"]["TraitChangeView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        PageOfWorkspaceView: {
            /** @description The rows. */
            items: components["schemas"]["WorkspaceView"][];
            /** @description Give this as cursor for the next page; null on the last. */
            next_cursor: string | null;
        };
        /** @description A page. */
        PageView: {
            /** @description `unsubscribe`. */
            id: string;
            /** @description The names of its texts, in the order in which they are read. */
            texts: string[];
        };
        /** @description The pages and what they say. */
        PagesView: {
            /** @description Every page. */
            pages: components["schemas"]["PageView"][];
            /** @description Every text of theirs. */
            texts: components["schemas"]["TextView"][];
        };
        /** @description How the partitions stand. */
        Partitions: {
            /** @description One entry each. */
            partitions: Record<string, unknown>[];
        };
        /** @description A password in the place of another. */
        PasswordInput: {
            /** @description The present one. */
            current: string;
            /** @description The new one; at least 10 characters. */
            password: string;
        };
        /** @description Two activities that follow each other. */
        PathEdge: {
            /**
             * Format: double
             * @description Average time, ms.
             */
            average_ms: number;
            /**
             * Format: uint64
             * @description How often.
             */
            count: number;
            /** @description The first. */
            from: string;
            /**
             * Format: int64
             * @description Median time from one to the other, ms.
             */
            median_ms: number;
            /**
             * Format: uint64
             * @description In how many paths.
             */
            paths: number;
            /** @description The second. */
            to: string;
        };
        /** @description Two activities at a distance from the anchor. */
        PathStep: {
            /** @description The earlier. */
            from: string;
            /**
             * Format: uint64
             * @description How many paths.
             */
            paths: number;
            /**
             * Format: uint
             * @description The distance of the further one, from 1.
             */
            step: number;
            /** @description The later. */
            to: string;
        };
        /** @description Which profiles to list: those with a path of which all that is said holds. */
        PathsDrill: {
            /** @description It has this activity. */
            activity?: string | null;
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /** @description In it, these two follow each other. */
            edge?: unknown[] | null;
            /** @description It ends with this activity. */
            end?: string | null;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /** @description It begins with this activity. */
            start?: string | null;
            /** @description It is exactly this. */
            variant?: string[] | null;
        };
        /** @description Paths, counted. */
        PathsReport: {
            /** @description The activities, most frequent first. */
            activities: components["schemas"]["Activity"][];
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /**
             * Format: uint
             * @description Different activities.
             */
            different_activities: number;
            /**
             * Format: uint
             * @description Different pairs that follow each other.
             */
            different_edges: number;
            /**
             * Format: uint
             * @description Different paths.
             */
            different_variants: number;
            /** @description What directly follows what, most frequent first. */
            edges: components["schemas"]["PathEdge"][];
            /** @description What they end with. */
            ends: components["schemas"]["Ending"][];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description With an anchor: what follows what at which distance from it. */
            from_anchor?: components["schemas"]["PathStep"][] | null;
            /**
             * Format: uint64
             * @description How many paths.
             */
            paths: number;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description What paths begin with. */
            starts: components["schemas"]["Ending"][];
            /**
             * Format: uint64
             * @description How many steps they have in all.
             */
            steps: number;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description The paths themselves, most frequent first. */
            variants: components["schemas"]["Variant"][];
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description The paths of profiles through activities. */
        PathsRequest: {
            /** @description Look only at what is next to the first time this activity comes in a path. */
            anchor?: string | null;
            /**
             * Format: uint
             * @description How far from the anchor, in steps; 5 when absent.
             */
            depth?: number | null;
            /** @description Before or after the anchor. */
            direction?: components["schemas"]["Direction"];
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["PathsDrill"] | null;
            /**
             * @description Names of the events that are activities; all of the customers' own doing when empty, every event with `*`.
             * @default []
             */
            events?: string[];
            /**
             * @description Names of events that are none.
             * @default []
             */
            except?: string[];
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description A longer pause ends a path and begins another (`30m`); the whole period is one path when absent. */
            gap?: string | null;
            /**
             * @description Keep an activity that directly follows itself; counted once when false.
             * @default false
             */
            keep_repeats?: boolean;
            /**
             * @description By event name: the property (or `context.…`) whose value is the activity, such as `context.page.path`.
             * @default {}
             */
            name_by?: {
                [key: string]: string;
            };
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /**
             * Format: uint
             * @description Rows of each list, at most 1,000; 100 when absent.
             */
            top?: number | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description Whether a journey is paused. */
        PauseView: {
            paused_since?: null | components["schemas"]["Time"];
            /**
             * Format: int64
             * @description People inside.
             */
            inside: number;
        };
        /** @description A persona model with what it found. */
        PersonaModelView: {
            /** @description Its id; also the trait in which a profile's persona stands. */
            id: string;
            /** @description What people call it. */
            name: string;
            /**
             * Format: int32
             * @description The live version.
             */
            version: number;
            computed_at?: null | components["schemas"]["Time"];
            /** @description The personas with what sets each apart, how clear they are, and the numbers of personas tried. */
            result?: Record<string, unknown> | null;
            /** @description Live segments of the personas, in their order. */
            segments: string[];
        };
        /** @description How a pool stands. */
        PoolView: {
            /**
             * Format: int64
             * @description Codes in it.
             */
            codes: number;
            /**
             * Format: int64
             * @description Codes given to a message.
             */
            given: number;
            /**
             * Format: int64
             * @description Codes left.
             */
            left: number;
            /** @description Codes added by this call. */
            added: number;
        };
        /** @description Which number's profiles to list. */
        PowerUsersDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * Format: uint
             * @description Active on at least so many days.
             * @default 0
             */
            least_days?: number;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /**
             * Format: uint
             * @description And on at most so many; the same when absent.
             */
            most_days?: number | null;
            /** @description The value of the breakdown. */
            value?: string | null;
        };
        /** @description Power-user curves. */
        PowerUsersReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description One, or one per value of the breakdown. */
            curves: components["schemas"]["Curve"][];
            /**
             * Format: uint
             * @description Days of the period.
             */
            days: number;
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Profiles by the number of days on which they were active. */
        PowerUsersRequest: {
            /**
             * @description One curve per value of a trait (`traits.…`) or of membership (`segments.…`), or `cohort`: per calendar month of the
             *     first such event ever.
             */
            breakdown?: string | null;
            /**
             * Format: uint
             * @description The days that end with `to`, 2 to 90: 7 for L7, 28 for L28; 28 when absent. Not together with `from`.
             */
            days?: number | null;
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["PowerUsersDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description What counts as being active; any event of the customer's own doing when absent. */
            of?: components["schemas"]["Selection"];
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /**
             * Format: uint
             * @description How many values get a curve of their own, at most 50; 10 when absent.
             */
            top?: number | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description The page as the customer would see it. */
        PreferencePage: {
            /** @description The whole document. Its form leads nowhere: no link carries it. */
            html: string;
        };
        /** @description A rendered template. Its links do not work: no message carries them. */
        Preview: {
            /** @description The subject. */
            subject: string;
            /** @description The HTML part. */
            html: string;
            /** @description The text part. */
            text: string;
            /** @description The content of a channel other than e-mail; subject, HTML and text are empty then. */
            content?: Record<string, unknown> | null;
            sms?: null | components["schemas"]["SmsView"];
            /** @description The appointment, as iCalendar. */
            calendar?: string | null;
            /** @description The HTML part's size; Gmail cuts it after 102 KB. */
            html_bytes: number;
            /** @description Values the template asked for and nobody had. */
            missing: components["schemas"]["MissingView"][];
        };
        /** @description What to render, and for whom. */
        PreviewInput: {
            /** @description A template's id, when the path names none. */
            id?: string | null;
            /**
             * Format: int32
             * @description The version; the newest when absent.
             */
            version?: number | null;
            /** @description A template's spec, saved or not, in the place of a stored one. */
            spec?: Record<string, unknown> | null;
            /** @description The profile to render for; somebody without traits when absent. */
            profile?: string | null;
            /** @description Traits in the place of the profile's own, or of somebody who does not exist. */
            traits?: Record<string, unknown>;
            /** @description Values beside the profile: `event`, `journey`. */
            data?: Record<string, unknown>;
            /** @description The language and region to see it in, in the place of the profile's. */
            locale?: string | null;
            /** @description A value that is missing is an error that names it; otherwise it is listed in `missing`. */
            strict?: boolean;
        };
        /** @description Who a rule would hold. */
        PreviewView: {
            /**
             * Format: int64
             * @description How many profiles; exact.
             */
            count: number;
            /** @description Some of them. */
            sample: components["schemas"]["ProfileSummary"][];
            /** @description What the count leaves out: damaged files of events, by name. */
            warnings: string[];
            /** @description What it would cost to keep the rule current. */
            cost: components["schemas"]["CostView"];
        };
        /** @description The numbers of the period before. */
        Previous: {
            /** @description The whole period before. */
            total?: components["schemas"]["Figure"] | null;
            /** @description By bucket, in the order of the buckets of the report. */
            values: (components["schemas"]["Figure"] | null)[];
        };
        /** @description What a failed request is answered with (RFC 9457). */
        Problem: {
            /** @description A name of the kind of problem, `urn:rapport:problem:<code>`. */
            type: string;
            /** @description The status in words. */
            title: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description What is wrong with this request, for people. */
            detail: string;
            /** @description A stable name of the problem, for programs. */
            code: components["schemas"]["ProblemCode"];
            /** @description Each thing that is wrong with the input, with its place. */
            errors?: components["schemas"]["ProblemItem"][];
        };
        /**
         * @description What went wrong, for programs.
         * @enum {string}
         */
        ProblemCode: "answer_too_large" | "body_too_large" | "both_known" | "busy" | "cannot_go_live" | "catcher_cannot_listen" | "conflict" | "cookie" | "csrf" | "delivery_ledger_damaged" | "delivery_unavailable" | "dns_unanswered" | "engine_system" | "engine_unreadable" | "event_too_large" | "export_encode" | "export_read" | "file_too_large" | "forbidden" | "http_unusable" | "idempotency_in_progress" | "idempotency_key_reused" | "import_invalid_position" | "import_io" | "import_other_file" | "import_parquet" | "import_unknown_format" | "inapp_unauthorised" | "invalid" | "invalid_authorization" | "invalid_compression" | "invalid_context" | "invalid_cursor" | "invalid_form" | "invalid_insight" | "invalid_json" | "invalid_link" | "invalid_resource" | "invalid_rule" | "invalid_utf8" | "journey_invalid" | "journey_runs_unreadable" | "keys" | "lake_corrupt" | "lake_io" | "lake_partitions" | "log_ahead" | "log_batch_too_large" | "log_closed" | "log_corrupt" | "log_invalid_config" | "log_io" | "log_locked" | "log_overloaded" | "log_partitions_differ" | "log_storage_full" | "log_trimmed" | "log_unknown_partition" | "log_unsupported_version" | "mapping_invalid" | "mapping_needed" | "mapping_syntax" | "method_not_allowed" | "missing_batch" | "missing_identity" | "missing_write_key" | "needs_approval" | "needs_confirmation" | "no_certificates" | "no_mailroom" | "not_failed" | "not_found" | "not_in_review" | "not_kept" | "not_paused" | "not_ready" | "only_checked" | "other_number" | "own_version" | "panic" | "parquet_unreadable" | "password_hash" | "paused" | "people_unavailable" | "profiles_encode" | "provider_unreachable" | "query_cancelled" | "query_filters" | "query_timed_out" | "query_worker_failed" | "report" | "run_exists" | "scheduled" | "secret_sealed" | "segment_not_ready" | "segment_state_unreadable" | "sign_in_throttled" | "store_busy" | "store_corrupt" | "store_decode" | "store_disk_full" | "store_fenced" | "store_io" | "store_newer_schema" | "store_open" | "store_partition_count" | "store_rolled_back" | "store_sql" | "too_many_events" | "unauthorised" | "unencodable_record" | "unknown_write_key" | "unsupported_encoding" | "unsupported_media_type" | "upload_storage" | "version_changed" | "wrong_credentials" | "wrong_trigger";
        /** @description One thing wrong with an input. */
        ProblemItem: {
            /** @description Where: a JSON path, a parameter, or `line:column` in a rule or template. */
            at: string;
            /** @description What is wrong and what was expected. */
            message: string;
            /** @description The nearest known name, when a name was unknown. */
            did_you_mean?: string | null;
            code?: null | components["schemas"]["ItemCode"];
            /** @description What the message says beside the words of its kind, by name. */
            values?: {
                [key: string]: string;
            };
        };
        /** @description Everything known of a customer. */
        ProfileExport: {
            /** @description The profile with its consents, segments and journeys. */
            profile: components["schemas"]["ProfileView"];
            /** @description Every trait with when it was stated, removed ones too: `{plan: {value, at}}`. */
            trait_history: Record<string, unknown>;
            /** @description Identifiers the customer asked for that belong to others. */
            refused_identifiers: components["schemas"]["IdentifierView"][];
            /** @description Profiles that became part of this one, as they were. */
            merged_profiles: components["schemas"]["MergedProfile"][];
            /** @description Ids of all profiles that ever became part of this one. */
            merged_ids: string[];
            /** @description Every change of consent with what proves it, newest first. */
            consent_history: components["schemas"]["ConsentChangeView"][];
            /** @description Messages, newest first, at most 10,000. */
            messages: components["schemas"]["MessageView"][];
            /** @description Events, newest first, at most 100,000. */
            events: components["schemas"]["EventView"][];
            /** @description Whether there are more events. */
            events_truncated: boolean;
        };
        /** @description Some profiles, by id. */
        ProfilePage: {
            /** @description Give this as `after` for the next page; absent on the last. */
            next?: string | null;
            /** @description The ids on this page. */
            profiles: string[];
            /** @description A rule that holds exactly these profiles, to be saved as a segment; absent where the rule language cannot say it. */
            rule?: string | null;
            /**
             * Format: uint64
             * @description How many there are in all.
             */
            total: number;
        };
        /** @description What to change of a customer. */
        ProfilePatch: {
            /** @description Traits to set; null removes one. */
            traits: Record<string, unknown>;
        };
        /** @description A customer in a list. */
        ProfileSummary: {
            /** @description The profile's id. */
            id: string;
            /** @description `user_id`, else e-mail address, else anonymous id. */
            label: string;
            /** @description Whether a `user_id` is known. */
            known: boolean;
            /** @description Event time of the first event. */
            first_seen: components["schemas"]["Time"];
            /** @description Event time of the last event. */
            last_seen: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Events processed.
             */
            event_count: number;
            /** @description All traits. */
            traits: Record<string, unknown>;
        };
        /** @description A customer. */
        ProfileView: components["schemas"]["ProfileSummary"] & {
            /** @description Names of the traits that Rapport computes. */
            computed_traits: string[];
            /** @description All identifiers. */
            identifiers: components["schemas"]["IdentifierView"][];
            /** @description Statements of consent, the latest of each channel and topic. */
            consents: components["schemas"]["ConsentView"][];
            /** @description Accounts the customer belongs to. */
            groups: string[];
            /** @description Profiles that became part of this one. */
            merges: components["schemas"]["MergeView"][];
            /** @description Segments the customer is in. */
            segments: components["schemas"]["MembershipView"][];
            /** @description Browsers and apps that take notifications, those seen last first; without what is needed to write to them. */
            devices: components["schemas"]["DeviceView"][];
            /**
             * @description Journeys: `active` runs, `history`, and `habits`: `best_hour` (local hour of most reactions, 0 to 23), `pressure` (what
             *     messages of late weigh, in e-mails just sent, by the gate's own score) and `pressure_limit` of the settings.
             */
            journeys: Record<string, unknown>;
        };
        /** @description An event that proves a clause. */
        Proof: {
            /** @description The event's id. */
            message_id: string;
            /** @description What happened. */
            event: string;
            /** @description When. */
            timestamp: components["schemas"]["Time"];
        };
        /** @description Which version to publish. */
        PublishInput: {
            /**
             * Format: int32
             * @description The version; the newest when absent. An older one takes a change back.
             */
            version?: number | null;
            /** @description Publish although something looks like a mistake: nobody in the audience, a message for every event. */
            confirm?: boolean;
        };
        /** @description The public key that browsers subscribe with. */
        PushKey: {
            /** @description `applicationServerKey`, base64url. */
            public_key: string;
        };
        /** @description The number of a period that is over. */
        Reading: {
            /** @description Its first day. */
            from: string;
            /** @description Whether the target was kept. */
            standing: components["schemas"]["Standing"];
            /** @description Its last day. */
            to: string;
            /**
             * Format: double
             * @description The number; null when the report has none.
             */
            value?: number | null;
        };
        /** @description How ready the server is. */
        Ready: {
            /** @description Always true in this answer. */
            ready: boolean;
            /**
             * Format: int32
             * @description Partitions that run.
             */
            partitions: number;
            /**
             * Format: int64
             * @description Records accepted and not yet applied.
             */
            lag_records: number;
        };
        /** @description A count of a day. */
        ReasonCountView: {
            /** @description The day, `YYYY-MM-DD`, UTC. */
            day: string;
            /** @description Why, as a stable code. */
            reason: string;
            /**
             * Format: int64
             * @description How many; exact.
             */
            count: number;
        };
        /** @description What a device tells of a notification. */
        ReceiptInput: {
            /** @description `delivered`, `clicked` or `dismissed`. */
            event: string;
            /** @description The button that was used. */
            action?: string | null;
        };
        /** @description One customer, named in exactly one way. */
        Recipient: {
            /** @description A profile's id. */
            profile?: string | null;
            /** @description The business's id of a known customer. */
            user_id?: string | null;
            /** @description An e-mail address; nobody's yet makes a profile. */
            email?: string | null;
            /**
             * @description A telephone number as people write it, without a country code one of the settings' `default_country`; nobody's yet makes a
             *     profile.
             */
            phone?: string | null;
        };
        /** @description A record to be published in the DNS. */
        RecordView: {
            /** @description Where. */
            name: string;
            /** @description `TXT`. */
            kind: string;
            /** @description What. */
            value: string;
            /** @description What for. */
            purpose: string;
        };
        /**
         * @description Why an event was not accepted, or what was odd about one that was.
         * @enum {string}
         */
        RefusalReason: "not_an_object" | "unknown_type" | "missing_identity" | "missing_event_name" | "event_name_too_long" | "reserved_event_name" | "missing_group_id" | "missing_previous_id" | "event_too_large" | "too_deep" | "number_out_of_range" | "consent" | "invalid_body" | "invalid_timestamp" | "invalid_sent_at" | "blocked_identifier" | "not_an_object_member" | "long_message_id" | "broken_text";
        /** @description An item that was not accepted, or was odd. */
        RejectedView: {
            /** @description Its number. */
            id: string;
            /**
             * Format: int32
             * @description The source's id.
             */
            source?: number | null;
            /** @description When it arrived. */
            at: components["schemas"]["Time"];
            /** @description The call. */
            kind: string;
            /** @description Why, as a stable code. */
            reason: components["schemas"]["RefusalReason"];
            /** @description Why exactly. */
            detail: string;
            /** @description The item's beginning, addresses masked. */
            sample: string;
        };
        /** @description Which messages to try again. */
        ReplayInput: {
            /** @description Only of this template. */
            template?: string | null;
            /** @description Only of this journey; `campaign/ID` for those of a campaign. */
            journey?: string | null;
            /** @description Those skipped for this reason (`provider_rejected`, `invalid_template`) instead of those that failed. */
            reason?: string | null;
            /** @description Only of this channel. */
            channel?: string | null;
            /** @description Only those decided at or after this time. */
            from?: string | null;
            /** @description Only those decided before this time. */
            to?: string | null;
            /** @description Text to find in id, subject, template or journey. */
            q?: string | null;
        };
        /** @description What was done. */
        Replayed: {
            /** @description Messages that are tried again. */
            messages: number;
            /** @description Messages that ended so and are not kept any more: the latest 20,000 of a partition are. */
            gone: number;
        };
        /** @description A file of a report's mail. */
        ReportFile: {
            /** @description Its name. */
            name: string;
            /** @description Its size. */
            bytes: number;
        };
        /** @description How the messages of a template in a journey fared. */
        ReportLine: {
            /** @description The template's id. */
            template: string;
            /** @description The journey's id; null for messages asked for through the API. */
            journey?: string | null;
            /**
             * Format: int64
             * @description Decided and not finished.
             */
            pending: number;
            /**
             * Format: int64
             * @description Taken by the provider.
             */
            sent: number;
            /**
             * Format: int64
             * @description Not sent because the customer is in a control group: what the others are compared with.
             */
            held_back: number;
            /**
             * Format: int64
             * @description Not sent for another reason.
             */
            skipped: number;
            /**
             * Format: int64
             * @description Given up.
             */
            failed: number;
            /**
             * Format: int64
             * @description Messages that reached their place.
             */
            delivered: number;
            /**
             * Format: int64
             * @description Messages that were seen.
             */
            opened: number;
            /**
             * Format: int64
             * @description Messages in which a link or button was used.
             */
            clicked: number;
            /**
             * Format: int64
             * @description Messages that were answered.
             */
            replied: number;
            /**
             * Format: int64
             * @description Messages that came back.
             */
            bounced: number;
            /**
             * Format: int64
             * @description Messages that were called spam.
             */
            complained: number;
            /**
             * Format: int64
             * @description Messages whose customer did what the journey is for.
             */
            converted: number;
        };
        /** @description What a report's mail would be now. */
        ReportPreview: {
            /** @description The subject. */
            subject: string;
            /** @description The HTML part. */
            html: string;
            /** @description The text part. */
            text: string;
            /** @description The files, with their sizes. */
            files: components["schemas"]["ReportFile"][];
        };
        /** @description A run of a report. */
        ReportRunView: {
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description The report. */
            report: string;
            /**
             * Format: int32
             * @description The report's version.
             */
            version: number;
            /** @description When it was due. */
            due_at: components["schemas"]["Time"];
            /** @description Who asked for it; null when the schedule did. */
            asked_by?: string | null;
            /** @description `running`, `done`, `failed`. */
            state: string;
            /** @description When it began. */
            started_at: components["schemas"]["Time"];
            finished_at?: null | components["schemas"]["Time"];
            /** @description Why it failed. */
            error?: string | null;
            /** @description Its mails. */
            mails: components["schemas"]["RunMailView"][];
        };
        /** @description A scheduled report as it stands. */
        ReportView: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /**
             * Format: int32
             * @description The newest version.
             */
            version: number;
            /**
             * Format: int32
             * @description The version in effect; null when it is not sent by itself.
             */
            live_version?: number | null;
            /** @description Not sent by itself for now. */
            paused: boolean;
            /** @description Members who get it. */
            recipients: string[];
            next_due?: null | components["schemas"]["Time"];
            last_run?: null | components["schemas"]["ReportRunView"];
        };
        /** @description A version of a document. */
        ResourceView: {
            /** @description `segment`, `journey`, `template`, `channel`, `topic`, `settings`. */
            kind: string;
            /** @description Its slug. */
            id: string;
            /**
             * Format: int32
             * @description 1, 2, 3…
             */
            version: number;
            /** @description `draft`, `review`, `live`, `archived`. */
            status: string;
            /**
             * Format: int32
             * @description The version in effect, when there is one.
             */
            live_version?: number | null;
            /** @description What it says, by kind; secrets are marked, not shown. */
            spec: Record<string, unknown>;
            /** @description Who wrote it. */
            created_by: string;
            /** @description When. */
            created_at: components["schemas"]["Time"];
            /** @description The member who approved this version. */
            approved_by?: string | null;
            approved_at?: null | components["schemas"]["Time"];
            /** @description What is unusual about it: names nobody has seen yet. */
            warnings?: components["schemas"]["ProblemItem"][];
        };
        /** @description How to go on. */
        ResumeInput: {
            /**
             * @description What happens to what fell due during the pause: `run` does it now, `shift` lets waits go on for as long as they had
             *     left, `exit` ends those runs with `paused`.
             */
            overdue: string;
        };
        /** @description Which number's profiles to list. */
        RetentionDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * @description The cohort as the report names it.
             * @default
             */
            cohort?: string;
            /**
             * Format: uint
             * @description The column, from 0: the cohort itself.
             * @default 0
             */
            column?: number;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /** @description The value of the breakdown. */
            value?: string | null;
        };
        /** @description A retention report. */
        RetentionReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description By column: profiles that came back of all those whose column is complete, percent; null when none is. */
            average_percent: (number | null)[];
            /** @description The cohorts in order; with a breakdown, those of the largest value first. */
            cohorts: components["schemas"]["Cohort"][];
            /** @description The columns: units after the cohort's, `0` is the cohort itself. */
            columns: string[];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description The length of a cohort. */
            unit: components["schemas"]["Unit"];
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Cohorts of profiles by when they did something, and how many of each came back. */
        RetentionRequest: {
            /** @description The last unit of each column, ascending: `[1, 3, 7]` makes columns 1, 2-3, 4-7. Each unit a column when absent. */
            brackets?: number[] | null;
            /** @description Cohorts for each value of this: a property of the starting event, `context.…`, `traits.…` or `segments.…`. */
            breakdown?: string | null;
            /** @description Which cohorts a profile belongs to. */
            cohorts?: components["schemas"]["Cohorts"];
            /** @description When a profile has come back. */
            counting?: components["schemas"]["Counting"];
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["RetentionDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description Also add up this property of the returning events. */
            property?: string | null;
            /** @description What counts as coming back; the same as `start` when absent. */
            returning?: components["schemas"]["Selection"] | null;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description What makes a profile part of a cohort; any event of the customer's own doing when absent. */
            start?: components["schemas"]["Selection"];
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /**
             * Format: uint
             * @description How many values get cohorts of their own, at most 50; 10 when absent.
             */
            top?: number | null;
            /** @description The length of a cohort and of a column: day, week or month. */
            unit?: components["schemas"]["Unit"];
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description One cell. */
        RfmCell: {
            /**
             * Format: uint
             * @description Frequency score, 1 to 5.
             */
            frequency: number;
            /** @description What they spent. */
            money: components["schemas"]["Figure"];
            /** @description The group it belongs to. */
            name: string;
            /**
             * Format: uint64
             * @description How many profiles.
             */
            profiles: number;
            /**
             * Format: uint
             * @description Recency score, 1 to 5.
             */
            recency: number;
        };
        /** @description Which profiles to list; all that is said must hold. */
        RfmDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * Format: uint
             * @description The frequency score, 1 to 5.
             */
            frequency?: number | null;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /**
             * Format: uint
             * @description The money score, 1 to 5.
             */
            money?: number | null;
            /** @description The name of cells: `champions`. */
            name?: string | null;
            /**
             * Format: uint
             * @description The recency score, 1 (longest ago) to 5 (lately).
             */
            recency?: number | null;
        };
        /** @description Cells of one name. */
        RfmGroup: {
            /**
             * Format: double
             * @description Days since they bought last, on average.
             */
            average_days_since: number;
            /**
             * Format: double
             * @description How often they bought, on average.
             */
            average_orders: number;
            /** @description What they spent. */
            money: components["schemas"]["Figure"];
            /** @description The name. */
            name: string;
            /**
             * Format: uint64
             * @description How many profiles.
             */
            profiles: number;
        };
        /** @description An RFM grid. */
        RfmReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /**
             * Format: uint64
             * @description Profiles that bought in the period.
             */
            buyers: number;
            /** @description The 25 cells, best first. */
            cells: components["schemas"]["RfmCell"][];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description The named groups of cells. */
            groups: components["schemas"]["RfmGroup"][];
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Profiles by how lately and how often they bought, and for how much. */
        RfmRequest: {
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["RfmDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description What counts as buying; expected. */
            of?: components["schemas"]["Selection"];
            /** @description The property that is money; without it money is left out. */
            property?: string | null;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description A row. */
        RowView: {
            /** @description What finds it. */
            key: string;
            /** @description The row. */
            row: Record<string, unknown>;
        };
        /** @description What rules can be about. */
        RuleCatalogueView: {
            /** @description Events with their properties, most frequent first. */
            events: components["schemas"]["SeenEvent"][];
            /** @description Traits, most frequent first. */
            traits: components["schemas"]["SeenName"][];
            /** @description Traits of accounts, most frequent first. */
            accounts: components["schemas"]["SeenName"][];
            /** @description Live segments. */
            segments: components["schemas"]["NamedSegment"][];
            /** @description The words of the language. */
            functions: components["schemas"]["FormView"][];
        };
        /** @description A rule, as text or as blocks. */
        RuleInput: {
            /** @description The rule as text: `events("Order Completed").count() >= 3`. */
            rule?: string | null;
            /** @description The rule as blocks (their shape: `/api/v1/rules/schema`), in the place of text. */
            blocks?: Record<string, unknown> | null;
        };
        /** @description What was found in a rule. */
        RuleReport: {
            /** @description Whether the rule can be used. */
            ok: boolean;
            /** @description The rule in its normal form. */
            canonical?: string | null;
            /** @description The rule as blocks, for the visual builder. */
            blocks?: Record<string, unknown> | null;
            cost?: null | components["schemas"]["CostView"];
            /** @description What makes it unusable, each with `line:column`. */
            problems: components["schemas"]["ProblemItem"][];
            /** @description Names nobody has seen yet. */
            warnings: components["schemas"]["ProblemItem"][];
        };
        /** @description A rule as text. */
        RuleText: {
            /** @description The rule: `events("Order Completed").count() >= 3`. */
            rule: string;
        };
        /** @description To whom to send it now. */
        RunInput: {
            /** @description Only to these members; to all its recipients when absent. */
            recipients?: string[] | null;
        };
        /** @description A mail of a run. */
        RunMailView: {
            /** @description To whom. */
            recipient: string;
            /** @description `pending`, `sending`, `sent`, `failed`. */
            state: string;
            /**
             * Format: int32
             * @description Times it was tried.
             */
            attempts: number;
            at?: null | components["schemas"]["Time"];
            /** @description Why the last attempt failed. */
            error?: string | null;
        };
        /** @description A run that goes on. */
        RunView: {
            /** @description Whose. */
            profile: string;
            /**
             * Format: int32
             * @description The journey's version.
             */
            version: number;
            /** @description The step it is at. */
            step: string;
            /**
             * Format: int64
             * @description The run's number within the profile.
             */
            run: number;
            /** @description When it began. */
            entered_at: components["schemas"]["Time"];
            due_at?: null | components["schemas"]["Time"];
        };
        /** @description One rung. */
        Rung: {
            /**
             * @description What it is called.
             * @default
             */
            name?: string;
            /**
             * @description Who stands on it, in the rule language, about events alone: traits and segments are known only as of now. The
             *     lowest rung holds whoever has an event and stands on no other; it needs none.
             * @default
             */
            rule?: string;
        };
        /** @description Whom to send a template to, and with what. */
        SampleInput: {
            /** @description Addresses: of members of this workspace for mail, else telephone numbers or the ids of Telegram chats. */
            to?: string[];
            /** @description Profiles, by their own addresses, devices or sessions; not for mail. */
            profiles?: string[];
            /** @description The id of a live channel; the one that routing names when absent. */
            channel?: string | null;
            /**
             * Format: int32
             * @description The version; the newest when absent, so that a draft can be seen before it is published.
             */
            version?: number | null;
            /** @description The profile to render for; when absent each of `profiles` itself, else somebody without traits. */
            profile?: string | null;
            /** @description Traits in the place of the profile's own. */
            traits?: Record<string, unknown>;
            /** @description Values beside the profile: `event`, `journey`. */
            data?: Record<string, unknown>;
            /** @description The language and region to see it in. */
            locale?: string | null;
        };
        /** @description One message of a test. */
        SampleMessage: {
            /** @description To whom: the address or profile of the request; what the template or the channel names for calls to programs and rooms. */
            to: string;
            /** @description The channel it went by; null when it did not come so far. */
            channel?: string | null;
            /** @description The provider's answer, when it took it. */
            answer?: string | null;
            /** @description What went wrong or stood against it, when it was not taken. */
            problem?: string | null;
        };
        /** @description What became of a test. */
        SampleView: {
            /** @description Whether every message was taken. */
            ok: boolean;
            /** @description Each message. */
            messages: components["schemas"]["SampleMessage"][];
            /** @description Values the template asked for and nobody had. */
            missing: components["schemas"]["MissingView"][];
        };
        /** @description An event that was seen. */
        SeenEvent: {
            /** @description Its name. */
            name: string;
            /**
             * Format: int64
             * @description How often.
             */
            count: number;
            /** @description When last. */
            last_seen: components["schemas"]["Time"];
            /** @description Its properties. */
            properties: components["schemas"]["SeenName"][];
        };
        /** @description A name that was seen, with the types of its values. */
        SeenName: {
            /** @description The trait or property, by dotted path. */
            name: string;
            /** @description `bool`, `number`, `string`, `list`, `object`; several when it was seen with several. */
            types: string[];
            /**
             * Format: int64
             * @description How often it was looked into.
             */
            count: number;
        };
        /** @description A member of a segment. */
        SegmentMember: {
            /** @description Who. */
            profile: components["schemas"]["ProfileSummary"];
            /** @description Since when. */
            since: components["schemas"]["Time"];
        };
        /** @description A live segment as it stands. */
        SegmentView: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /** @description `rule`, or `list` when its members are added and removed by hand. */
            kind: string;
            /** @description Its rule; empty for a list. */
            rule: string;
            /**
             * Format: int32
             * @description The live version.
             */
            version: number;
            /**
             * Format: int64
             * @description Members now.
             */
            count: number;
            /** @description Whether every profile was decided; if not, the count still grows. */
            ready: boolean;
        };
        /** @description Some events. */
        Selection: {
            /** @description The event's name; any event of the customer's own doing when absent, every event with `*`. */
            event?: string | null;
            /** @description Only events for which this holds, a rule's event predicate: `e.total > 50.0`. */
            filter?: string | null;
            /** @description What to call them; the event's name when absent. */
            label?: string | null;
        };
        /** @description One series. */
        SeriesRequest: {
            /** @description The event's name; any event of the customer's own doing when absent, every event with `*`. */
            event?: string | null;
            /** @description Only events for which this holds, a rule's event predicate: `e.total > 50.0`. */
            filter?: string | null;
            /** @description What to call the series; the event's name when absent. */
            label?: string | null;
            /** @description What is counted. */
            measure?: components["schemas"]["Measure"];
            /** @description The property that is added up; a dotted path, or `context.…`. */
            property?: string | null;
        };
        /** @description A session. */
        Session: {
            /** @description For the other calls; null while nothing is known of the customer yet. */
            token?: string | null;
            /** @description Until when it holds. */
            expires_at: components["schemas"]["Time"];
            /** @description Where the messages stream from. */
            stream_path: string;
            /**
             * Format: int32
             * @description How often to poll instead, seconds.
             */
            poll_seconds: number;
        };
        /** @description Who asks for in-app messages. */
        SessionInput: {
            /** @description The write key, unless it stands in the header or the query. */
            writeKey?: string | null;
            /** @description The browser or device, as in collection calls: what nobody else knows. */
            anonymousId?: string | null;
            /** @description The known customer; needs `userToken`. */
            userId?: string | null;
            /** @description Hex HMAC-SHA256 of the user id under the in-app channel's secret, made by your server. */
            userToken?: string | null;
        };
        /** @description A session that began. */
        SessionView: {
            /** @description Who is signed in. */
            email: string;
            /** @description The person's name. */
            name: string;
            /** @description What the person may do: `owner`, `admin`, `editor`, `viewer`. */
            role: string;
            /** @description Send this as `X-CSRF-Token` with every write. */
            csrf_token: string;
            /** @description When the session ends. */
            expires_at: components["schemas"]["Time"];
        };
        /** @description A page as somebody would see it. */
        ShownPage: {
            /** @description The whole document. Its form leads nowhere: no link carries it. */
            html: string;
            /** @description The language it speaks: English when the one asked for is not known. */
            language: string;
        };
        /** @description What to simulate. */
        SimulationInput: {
            /** @description A document that is not saved. */
            spec: Record<string, unknown>;
            /**
             * Format: int32
             * @description A version; the newest when neither this nor `spec` is given.
             */
            version?: number | null;
            /** @description How far back: `30d`, at most 400d. */
            since?: string | null;
            /**
             * Format: int64
             * @description Messages within seven days above which somebody counts as flooded; 7 when absent.
             */
            flood_limit?: number | null;
            /** @description Whether to play the live version over the same events; true when absent. */
            compare?: boolean | null;
            /** @description Of how many of the people who enter everything is told, step by step; none when absent, at most 100. */
            people?: number | null;
        };
        /** @description What to simulate. */
        SimulationOrder: {
            /** @description The journey's id, `campaign/ID` of a campaign. */
            journey: string;
            /** @description A document that is not saved. */
            spec: Record<string, unknown>;
            /**
             * Format: int32
             * @description A version; the newest when neither this nor `spec` is given.
             */
            version?: number | null;
            /** @description How far back: `30d`, at most 400d. */
            since?: string | null;
            /**
             * Format: int64
             * @description Messages within seven days above which somebody counts as flooded; 7 when absent.
             */
            flood_limit?: number | null;
            /** @description Whether to play the live version over the same events; true when absent. */
            compare?: boolean | null;
            /** @description Of how many of the people who enter everything is told, step by step; none when absent, at most 100. */
            people?: number | null;
        };
        /** @description A simulation. */
        SimulationView: {
            /** @description Its id. */
            id: string;
            /** @description The journey's id. */
            journey: string;
            /** @description `waiting` for its turn, `running`, `done` or `failed`. */
            state: string;
            /** @description Who asked. */
            by: string;
            /** @description When. */
            asked_at: components["schemas"]["Time"];
            ended_at?: null | components["schemas"]["Time"];
            /** @description The beginning of what is played. */
            since: components["schemas"]["Time"];
            /** @description The end of what is played. */
            until: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Events read so far.
             */
            events_read: number;
            /**
             * Format: int64
             * @description Events to read, about; 0 before it has begun.
             */
            events_all: number;
            /** @description Why it failed, a stable name. */
            code?: string | null;
            /** @description Why it failed. */
            detail?: string | null;
            /** @description The document that is played; only of one that is asked for by its id. */
            spec?: Record<string, unknown> | null;
            /** @description What the journey would have done, as `POST /api/v1/journeys/{id}/simulate` answers it; only of one that is asked for by its id. */
            result?: Record<string, unknown> | null;
        };
        /** @description How large a segment was. */
        SizeView: {
            /** @description The hour; older than two weeks, the day. */
            at: components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Members then.
             */
            count: number;
        };
        /**
         * @description Why a message was not sent.
         * @enum {string}
         */
        SkipReason: "suppressed" | "unsubscribed" | "no_consent" | "unconfirmed" | "no_address" | "window_closed" | "quiet_hours_expired" | "frequency_cap" | "control_group" | "not_live" | "exited" | "duplicate" | "provider_rejected" | "invalid_template";
        /** @description A text to count. */
        SmsInput: {
            /** @description The text. */
            body: string;
            /** @description The country it goes to (ISO 3166), such as `DE`. */
            country?: string | null;
        };
        /** @description What a text message costs in one country. */
        SmsPrice: {
            /** @description ISO 3166; `*` is every country without a price of its own. */
            country: string;
            /** @description One segment, or one message with media; a decimal number. */
            segment: string;
            /** @description The whole message. */
            amount: string;
            /** @description ISO 4217; empty when the channel does not say. */
            currency: string;
        };
        /** @description What a text message takes and costs. */
        SmsView: {
            /** @description Whether it has media: it is paid for as one message, whatever its text takes. */
            media: boolean;
            /** @description `gsm7` or `ucs2`. */
            encoding: string;
            /** @description Septets or 16-bit units. */
            units: number;
            /** @description Messages that are paid for. */
            segments: number;
            /** @description Units that fit into the last segment still. */
            left: number;
            /** @description Characters outside the GSM alphabet, which make the message dearer. */
            foreign: string[];
            /** @description The country it goes to, when that is known. */
            country?: string | null;
            price?: null | components["schemas"]["SmsPrice"];
            /** @description What it would cost in every country that a live channel names a price for; `*` is every other one. */
            prices: components["schemas"]["SmsPrice"][];
        };
        /** @description A customer there is, named in exactly one way. */
        Somebody: {
            /** @description A profile's id. */
            profile?: string | null;
            /** @description The business's id of a known customer. */
            user_id?: string | null;
            /** @description An e-mail address somebody has. */
            email?: string | null;
        };
        /** @description A source to create; it gets its first write key. */
        SourceInput: {
            /** @description Its name in paths: lower-case letters, digits, `-` and `_`. */
            slug: string;
            /** @description Its name for people; the slug when absent. */
            name?: string | null;
            /** @description `website`, `app`, `server`, `import`. */
            kind: string;
        };
        /** @description What to change of a source. */
        SourcePatch: {
            /** @description Its name for people. */
            name?: string | null;
            /** @description Whether its events are refused. */
            disabled?: boolean | null;
            consent?: null | components["schemas"]["ConsentNeeds"];
        };
        /** @description A source of events. */
        SourceView: {
            /**
             * Format: int32
             * @description Its id, as events carry it.
             */
            id: number;
            /** @description Its name in paths. */
            slug: string;
            /** @description Its name for people. */
            name: string;
            /** @description `website`, `app`, `server`, `import`. */
            kind: string;
            /** @description Whether its events are refused. */
            disabled: boolean;
            /** @description What consent its events need. */
            consent: components["schemas"]["ConsentNeeds"];
            /** @description When it was created. */
            created_at: components["schemas"]["Time"];
            /** @description Its write keys. */
            keys: components["schemas"]["KeyView"][];
        };
        /**
         * @description The Gamma-Gamma model: the values of a customer's purchases vary around its own mean by a gamma distribution of shape `p`,
         *     and those means differ among customers by an inverse gamma distribution (`q`, `gamma`), whatever the rate of buying.
         */
        SpendingModel: {
            /**
             * Format: double
             * @description Scale of the differences among customers.
             */
            gamma: number;
            /**
             * Format: double
             * @description The logarithm of the likelihood of what was seen.
             */
            log_likelihood: number;
            /**
             * Format: double
             * @description Shape of a customer's own purchases.
             */
            p: number;
            /**
             * Format: double
             * @description Shape of the differences among customers.
             */
            q: number;
        };
        /** @description A stage. */
        StageReport: {
            /**
             * Format: uint64
             * @description How many answers.
             */
            answers: number;
            /**
             * Format: double
             * @description `dropped` of `profiles`, percent.
             */
            drop_percent: number;
            /**
             * Format: uint64
             * @description Profiles for whom it was the last, and whose journey did not end well.
             */
            dropped: number;
            /**
             * Format: int64
             * @description Median time from the first touch in it to the first in a later stage, ms.
             */
            median_ms?: number | null;
            /**
             * Format: uint64
             * @description Profiles that were in it.
             */
            profiles: number;
            /**
             * Format: double
             * @description Satisfaction: the mean of the answers given while in it.
             */
            satisfaction?: number | null;
            /** @description What it is called. */
            stage: string;
            /**
             * Format: double
             * @description Effort: touches of a profile in it, on average.
             */
            touches_per_profile: number;
        };
        /** @description A stage. */
        StageRequest: {
            /**
             * @description What it is called.
             * @default
             */
            name?: string;
            /**
             * @description What belongs to it. Of touchpoints that could be the same event, the first counts.
             * @default []
             */
            touchpoints?: components["schemas"]["Selection"][];
        };
        /** @description How a goal stands. */
        Standing: "unknown" | "ahead" | "on_track" | "behind" | "met" | "missed";
        /** @description A campaign that began. */
        Started: {
            /**
             * Format: int64
             * @description How many people it begins for; each gets it once.
             */
            people: number;
            /** @description Seeds that get nothing: nobody has the address. */
            seeds_of_nobody: string[];
        };
        /** @description Counts of a workspace. */
        Stats: {
            /** @description Events of clients. */
            events: components["schemas"]["Events"];
            /**
             * Format: int64
             * @description Customers.
             */
            profiles: number;
            /**
             * Format: int64
             * @description Live segments.
             */
            segments: number;
            /** @description Messages by how they ended. */
            messages: components["schemas"]["Messages"];
            /**
             * Format: int64
             * @description How long the oldest record that is not applied yet has waited, milliseconds; 0 when nothing waits.
             */
            lag_ms: number;
        };
        /** @description Exact numbers of a journey. */
        StatsView: {
            /**
             * Format: int32
             * @description The live version, if there is one.
             */
            live_version?: number | null;
            paused_since?: null | components["schemas"]["Time"];
            /**
             * Format: int64
             * @description Runs begun, over all versions.
             */
            entered: number;
            /**
             * Format: int64
             * @description Runs that go on.
             */
            active: number;
            /**
             * Format: int64
             * @description Of the runs begun, those of the control group.
             */
            held_out: number;
            /** @description Goals reached, by group: `treatment`, `control`. */
            goals: {
                [key: string]: number;
            };
            /** @description Runs ended, by reason. */
            exited: {
                [key: string]: number;
            };
            /** @description Triggers that began no run, by reason. */
            refused: {
                [key: string]: number;
            };
            /** @description By version and step. */
            versions: {
                [key: string]: {
                    [key: string]: components["schemas"]["StepStats"];
                };
            };
        };
        /** @description Where to move a version. */
        StatusInput: {
            /**
             * Format: int32
             * @description The version; the newest when absent.
             */
            version?: number | null;
            /** @description `draft`, `review` or `archived`; publishing is a call of its own. Back to `draft` takes an approval back. */
            status: string;
            /** @description Why, for the audit log: what is asked of the reviewer, or what has to change. */
            note?: string | null;
            /** @description Archive although live documents need it. */
            confirm?: boolean;
        };
        /** @description What happens at a step. */
        StepStats: {
            /**
             * Format: int64
             * @description Runs that stand there.
             */
            at: number;
            /** @description How often it was passed, by exit: `next`, `otherwise`, `arm 1`, `timed_out`, an arm's name… */
            passed: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Messages it decided.
             */
            decided: number;
            /**
             * Format: int64
             * @description Messages it did not decide because the run is in the control group.
             */
            withheld: number;
            /**
             * Format: int64
             * @description Its messages that left.
             */
            sent: number;
            /**
             * Format: int64
             * @description Opens of its messages.
             */
            opened: number;
            /**
             * Format: int64
             * @description Clicks in its messages.
             */
            clicked: number;
            /**
             * Format: int64
             * @description People who reached the goal after its message had left.
             */
            converted: number;
        };
        /** @description A browser's subscription, as `PushSubscription.toJSON()` gives it. */
        Subscription: {
            /** @description The push service's address. */
            endpoint: string;
            /** @description The browser's keys. */
            keys: components["schemas"]["Keys"];
        };
        /** @description The answer to an accepted call, as Segment gives it. */
        Success: {
            /** @description Always true. */
            success: boolean;
        };
        /** @description One suggestion. */
        SuggestionView: {
            /** @description What to put in the place of what is written of the word. */
            text: string;
            /** @description `event`, `property`, `trait`, `segment`, `function`, `method`, `duration` or `value`. */
            kind: string;
            /** @description A sentence about it, or its type. */
            detail: string;
        };
        /** @description An address to suppress. */
        SuppressionInput: {
            /** @description `email`, `sms`, `whatsapp`, `voice`, `telegram` or `webhook`; `email` when absent. */
            channel?: string;
            /** @description The address; numbers as people write them, without a country code in the `default_country` of the settings. */
            address: string;
            /** @description Why; `manual` when absent. */
            reason?: string;
        };
        /** @description A row without effect. */
        SuppressionProblem: {
            /**
             * Format: int64
             * @description Its line in the file, the header being 1.
             */
            line: number;
            /** @description What is wrong with it. */
            detail: string;
        };
        /** @description What became of an upload. */
        SuppressionUpload: {
            /** @description Addresses that are suppressed now and were not before. */
            added: number;
            /** @description Addresses that were suppressed already; they keep their reason. */
            known: number;
            /** @description Rows without effect. */
            rejected: number;
            /** @description The first twenty of them. */
            problems: components["schemas"]["SuppressionProblem"][];
        };
        /** @description A suppressed address. */
        SuppressionView: {
            /** @description `email`, … */
            channel: string;
            /** @description The address; null once it was erased. */
            address?: string | null;
            /** @description Why: `hard_bounce`, `complaint`, `manual`, … */
            reason: string;
            /** @description Since when. */
            at: components["schemas"]["Time"];
            /** @description Who put it there. */
            source: string;
        };
        /** @description A live template with what became of its messages. */
        TemplateView: {
            /** @description Its id. */
            id: string;
            /** @description What people call it. */
            name: string;
            /**
             * Format: int32
             * @description The live version.
             */
            version: number;
            /** @description The topic customers can leave. */
            topic?: string | null;
            /** @description Whether the customer asked for it: passes consent and quiet hours. */
            transactional: boolean;
            /**
             * Format: int64
             * @description Decided and not finished.
             */
            pending: number;
            /**
             * Format: int64
             * @description The provider took them.
             */
            sent: number;
            /** @description Not sent, by reason of the closed list. */
            skipped: {
                [key: string]: number;
            };
            /**
             * Format: int64
             * @description Given up after every retry.
             */
            failed: number;
        };
        /** @description Who gets a test. */
        TestInput: {
            /** @description Up to 20 people; an e-mail address that is nobody's yet makes a profile. */
            to: components["schemas"]["Recipient"][];
        };
        /** @description Tests on their way. */
        Tested: {
            /** @description Messages asked for: one for each person and variant. `GET /api/v1/messages?request=…` finds each. */
            requests: string[];
        };
        /** @description A text of the pages. */
        TextView: {
            /** @description Its name: the member of `words.<language>` of the settings that says it otherwise. */
            name: string;
            /** @description What is built in, in English and for every language without a word of its own. */
            en: string;
            /** @description What is built in, in German. */
            de: string;
            /** @description What is filled in where the text has `{…}`. */
            values: string[];
        };
        /** Format: date-time */
        Time: string;
        /** @description A point on a message's way. */
        TimelinePoint: {
            /**
             * @description `queued`, `sent`, `skipped`, `failed`, `deferred`, `delivered`, `opened`, `clicked`, `dismissed`, `replied`, `bounced`,
             *     `complained`, `converted`.
             */
            what: string;
            /** @description When. */
            at: components["schemas"]["Time"];
            /** @description Why, in whose words, or which link. */
            detail?: string | null;
            /** @description Why a message was skipped, of the closed list. */
            reason?: string | null;
            /** @description The rule that decided: `consent`, `frequency_cap`, `pressure`, `quiet_hours`, `journey`… */
            rule?: string | null;
            /** @description What the rule saw; of a message that was sent, what every rule saw: consent, caps, pressure. */
            values?: Record<string, unknown> | null;
        };
        /** @description A token just created. */
        TokenCreated: {
            /** @description The token as it will be listed. */
            token: components["schemas"]["TokenView"];
            /** @description The secret, shown only now. */
            secret: string;
        };
        /** @description A token to create. */
        TokenInput: {
            /** @description What it is for. */
            name: string;
            /** @description `read`, `write`, `admin`. */
            scopes: string[];
            /** @description When it ends by itself; never when absent. */
            expires_at?: string | null;
        };
        /** @description A token. */
        TokenView: {
            /** @description Its id. */
            id: string;
            /** @description What it is for. */
            name: string;
            /** @description The beginning of the secret. */
            prefix: string;
            /** @description `read`, `write`, `admin`; each includes the ones before. */
            scopes: string[];
            /** @description When it was created. */
            created_at: components["schemas"]["Time"];
            last_used_at?: null | components["schemas"]["Time"];
            expires_at?: null | components["schemas"]["Time"];
            revoked_at?: null | components["schemas"]["Time"];
        };
        /** @description What one kind of touch is credited with. */
        TouchCredit: {
            /**
             * Format: uint64
             * @description Goals with at least one of them.
             */
            assisted: number;
            /**
             * Format: uint64
             * @description Touches before goals and elsewhere.
             */
            count: number;
            /** @description Goals credited. */
            goals: components["schemas"]["Credit"];
            /** @description The kind. */
            touch: string;
            /** @description The goals' number credited. */
            value: components["schemas"]["Credit"];
        };
        /** @description A touchpoint by a channel. */
        TouchpointReport: {
            /** @description The channel; absent when the request names no field for it. */
            channel?: string | null;
            /**
             * Format: uint64
             * @description Different profiles.
             */
            profiles: number;
            /** @description Its stage. */
            stage: string;
            /**
             * Format: uint64
             * @description Touches.
             */
            touches: number;
            /** @description What it is called. */
            touchpoint: string;
        };
        /** @description A change of traits. */
        TraitChangeView: {
            /** @description When it was stated. */
            at: components["schemas"]["Time"];
            /** @description `{trait: {from, to}}`. */
            changes: Record<string, unknown>;
            /** @description The event that recorded it. */
            message_id: string;
        };
        /** @description Which number's profiles to list. */
        TrendDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /** @description The bucket as the report names it; the whole period when absent. */
            bucket?: string | null;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
            /** @description The series, `A` to `J`; `A` when absent. */
            series?: string | null;
            /** @description The line: a value of the breakdown, or `(other)`. */
            value?: string | null;
        };
        /** @description A trend's numbers. */
        TrendReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description The buckets: the first day of each, months as `2026-03`, hours with their offset. */
            buckets: string[];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description By series: one line, or one per value of the breakdown, largest first and `(other)` last. Then the formulas. */
            series: components["schemas"]["TrendSeries"][];
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description The length of a bucket. */
            unit: components["schemas"]["Unit"];
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description Series of numbers over time. */
        TrendRequest: {
            /** @description One line per value of this: a property (`product.category`), `context.…`, `traits.…` or `segments.…`. */
            breakdown?: string | null;
            /**
             * @description Also the period before, as long as this one.
             * @default false
             */
            compare?: boolean;
            /**
             * @description Each number is that of all buckets up to its own; for events, profiles and sums.
             * @default false
             */
            cumulative?: boolean;
            /** @description Also list the profiles behind one number. */
            drill?: components["schemas"]["TrendDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description More series, computed from those: `A / B * 100`.
             * @default []
             */
            formulas?: components["schemas"]["FormulaRequest"][];
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /**
             * Format: uint
             * @description Each number is the average of so many buckets up to its own.
             */
            rolling?: number | null;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /**
             * @description What is counted, 1 to 10; the first is called `A`, the next `B`… Profiles that did anything when empty.
             * @default []
             */
            series?: components["schemas"]["SeriesRequest"][];
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /**
             * Format: uint
             * @description How many values get a line of their own, at most 50; 10 when absent. The rest share `(other)`.
             */
            top?: number | null;
            /** @description The length of a bucket. */
            unit?: components["schemas"]["Unit"];
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description One line of a trend. */
        TrendSeries: {
            /** @description What to call it. */
            label: string;
            /** @description `A`, `B`… by the order of the request; of formulas `F1`, `F2`…. */
            name: string;
            /** @description The period before. */
            previous?: components["schemas"]["Previous"] | null;
            /** @description The same measure of the whole period: of profiles, different ones. */
            total?: components["schemas"]["Figure"] | null;
            /** @description The breakdown's value; `(none)` where it is absent, `(other)` for the rest; absent without breakdown. */
            value?: string | null;
            /** @description By bucket; null where there is nothing to average. */
            values: (components["schemas"]["Figure"] | null)[];
        };
        /** @description What to try. */
        TrialInput: {
            /** @description A member's address to send a short mail to; without it only connection and sign-in are tried. */
            to?: string | null;
            /**
             * Format: int32
             * @description The version to try; the newest when absent, so that a draft can be tried before it is published.
             */
            version?: number | null;
        };
        /** @description How a trial went. */
        TrialView: {
            /** @description Whether all of it worked. */
            ok: boolean;
            /** @description What was done, in order. */
            done: string[];
            /** @description What went wrong, in the server's words. */
            problem?: string | null;
        };
        /** @description Whom to begin a journey for, and what it is told. */
        TriggerInput: {
            /** @description For whom; an e-mail address that is nobody's yet makes a profile. */
            to: components["schemas"]["Recipient"];
            /** @description What templates and conditions on the way see under `data`. */
            data?: Record<string, unknown>;
        };
        /** @description A call that was taken. */
        Triggered: {
            /** @description The profile it begins for; `GET /api/v1/journeys/{id}/explain` tells what became of it. */
            profile: string;
        };
        /** @description How long a bucket is. */
        Unit: "hour" | "day" | "week" | "month";
        /** @description Which merge to undo. */
        UnmergeInput: {
            /** @description The absorbed profile's id, as `merges` of the profile names it. */
            from: string;
        };
        Value: unknown;
        /** @description A customer among the most valuable. */
        ValueCustomer: {
            /**
             * Format: double
             * @description The probability that the customer will buy again, percent; null without a model.
             */
            alive_percent?: number | null;
            /**
             * Format: double
             * @description Purchases expected within the horizon.
             */
            expected_purchases?: number | null;
            /**
             * Format: double
             * @description What the customer is expected to bring within the horizon.
             */
            expected_value?: number | null;
            /** @description Who. */
            profile: string;
            /**
             * Format: uint64
             * @description Purchases in the period.
             */
            purchases: number;
            /** @description What they brought. */
            value: components["schemas"]["Figure"];
        };
        /** @description Which fifth's customers to list. */
        ValueDrill: {
            /** @description Continue after this profile, the `next` of the page before. */
            after?: string | null;
            /**
             * Format: uint
             * @description 1 (the most valuable) to 5.
             * @default 0
             */
            fifth?: number;
            /**
             * Format: uint
             * @description Profiles on a page, at most 1,000; 100 when absent.
             */
            limit?: number | null;
        };
        /** @description A fifth of the customers by what they are expected to bring, or without a model by what they have brought. */
        ValueFifth: {
            /**
             * Format: double
             * @description The mean probability that they will buy again, percent; null without a model.
             */
            alive_percent?: number | null;
            /**
             * Format: uint64
             * @description Customers in it.
             */
            customers: number;
            /**
             * Format: double
             * @description Purchases expected of them within the horizon.
             */
            expected_purchases?: number | null;
            /**
             * Format: double
             * @description What they are expected to bring within the horizon.
             */
            expected_value?: number | null;
            /**
             * Format: uint
             * @description 1 is the most valuable.
             */
            fifth: number;
            /**
             * Format: uint64
             * @description Their purchases in the period.
             */
            purchases: number;
            /** @description What they have brought in the period. */
            value: components["schemas"]["Figure"];
        };
        /** @description What was expected against what came, where the horizon is over. */
        ValueHoldout: {
            /**
             * Format: double
             * @description Purchases the model expected.
             */
            expected_purchases: number;
            /**
             * Format: double
             * @description What the models expected in value.
             */
            expected_value: number;
            /**
             * Format: uint64
             * @description Purchases that came.
             */
            purchases: number;
            /** @description What came. */
            value: components["schemas"]["Figure"];
        };
        /** @description What customers have brought and will. */
        ValueReport: {
            /** @description The team's notes about days of the period. */
            annotations?: components["schemas"]["Note"][];
            /** @description How they buy, times in weeks; null with too few repeat customers. */
            buying?: components["schemas"]["BuyingModel"] | null;
            /**
             * Format: uint64
             * @description Customers whose first purchase lies in the period.
             */
            customers: number;
            /**
             * Format: double
             * @description Purchases expected of them within the horizon.
             */
            expected_purchases?: number | null;
            /**
             * Format: double
             * @description What they are expected to bring within the horizon.
             */
            expected_value?: number | null;
            /** @description By fifth, the most valuable first. */
            fifths: components["schemas"]["ValueFifth"][];
            /** @description Beginning of the period, RFC 3339. */
            from: string;
            /** @description What was expected against what came; null while the horizon is not over. */
            holdout?: components["schemas"]["ValueHoldout"] | null;
            /**
             * Format: int64
             * @description How far ahead was looked, ms.
             */
            horizon_ms: number;
            /** @description The profiles asked for with `drill`. */
            profiles?: components["schemas"]["ProfilePage"] | null;
            /**
             * Format: uint64
             * @description Their purchases in the period; those of one day are one.
             */
            purchases: number;
            /**
             * Format: uint64
             * @description Those of them who bought again in it.
             */
            repeat_customers: number;
            /**
             * Format: double
             * @description The share of profiles that was looked at, when a sample was asked for.
             */
            sample_percent?: number | null;
            /** @description How they spend; null with too few repeat customers. */
            spending?: components["schemas"]["SpendingModel"] | null;
            /** @description End of the period, RFC 3339, excluded. */
            to: string;
            /** @description The most valuable customers. */
            top: components["schemas"]["ValueCustomer"][];
            /** @description What they have brought in the period. */
            value: components["schemas"]["Figure"];
            /**
             * Format: double
             * @description Divided by all customers.
             */
            value_per_customer: number;
            /** @description What a reader must know: names never seen, limits reached, damaged files left out. */
            warnings: string[];
            /** @description The zone of the days. */
            zone: string;
        };
        /** @description What customers have brought and will. */
        ValueRequest: {
            /** @description Also list the customers of one fifth. */
            drill?: components["schemas"]["ValueDrill"] | null;
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /** @description How far to look ahead from the end of the period; 365d when absent, at most 366d. */
            horizon?: string | null;
            /** @description What counts as a purchase; those of one local day are one. `Order Completed` when absent. */
            of?: components["schemas"]["Selection"] | null;
            /** @description The property that is money; `total` when absent. */
            property?: string | null;
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /**
             * Format: uint
             * @description How many of the most valuable customers to list, at most 50; 10 when absent.
             */
            top?: number | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
        /** @description A value and how often it was seen. */
        ValueView: {
            /** @description A text, number or boolean. */
            value: Record<string, unknown>;
            /**
             * Format: int64
             * @description How often, among what was looked at.
             */
            count: number;
        };
        /** @description Values, the most frequent first. */
        ValuesView: {
            /** @description The values. Members of lists count one by one. */
            items: components["schemas"]["ValueView"][];
        };
        /** @description Equal paths. */
        Variant: {
            /** @description The activities in order. */
            path: string[];
            /**
             * Format: uint64
             * @description How many paths.
             */
            paths: number;
            /**
             * Format: double
             * @description Of all paths, percent.
             */
            percent: number;
        };
        /** @description Who is asking. */
        Whoami: {
            /** @description The member's address, or `token:` and the token's name. */
            actor: string;
            /** @description What they may do. */
            role: string;
            /** @description Send this as `X-CSRF-Token` with every write; null for tokens. */
            csrf_token?: string | null;
        };
        /** @description What to change of a workspace. */
        WorkspacePatch: {
            /** @description Its name for people. */
            name?: string | null;
            /** @description Its IANA time zone. */
            time_zone?: string | null;
        };
        /** @description A workspace. */
        WorkspaceView: {
            /** @description Its name in paths. */
            slug: string;
            /** @description Its name for people. */
            name: string;
            /** @description Its IANA time zone. */
            time_zone: string;
            /** @description When it was created. */
            created_at: components["schemas"]["Time"];
        };
        /** @description Which events to write as XES: a trace for each profile. */
        XesRequest: {
            /**
             * @description Names of the events; all of the customers' own doing when empty, every event with `*`.
             * @default []
             */
            events?: string[];
            /**
             * @description Only events for which this holds, besides other conditions: `e.country == "DE"`. To the report there are no
             *     other events.
             */
            filter?: string | null;
            /**
             * @description Beginning: a date of the zone, a day named from today (`-7d`, `yesterday`, `this month`, `last week`), or a
             *     time; some way before the end when absent.
             */
            from?: string | null;
            /**
             * @description Properties (or `context.…`) that become attributes.
             * @default []
             */
            properties?: string[];
            /**
             * Format: double
             * @description Only this share of the profiles, by a stable choice; above 0, below 100. The numbers are those of the
             *     sample, not scaled up.
             */
            sample_percent?: number | null;
            /** @description Only profiles that are in this segment now. */
            segment?: string | null;
            /** @description End: a date of the zone or a day named from today (included), or a time (excluded); now when absent. */
            to?: string | null;
            /** @description IANA zone that decides where days begin; UTC when absent. */
            zone?: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, unknown>;
export interface operations {
    get_about: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What anybody may know of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["About"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_accounts: {
        parameters: {
            query?: {
                /** @description Text to find in the id or a trait. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAccountView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_accounts_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_accounts_by_id_members: {
        parameters: {
            query?: {
                /** @description Text to find. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAccountMember"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_alerts: {
        parameters: {
            query?: {
                /** @description Of this goal. */
                goal?: string | null;
                /** @description Only those under way. */
                open?: boolean;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAlertRecord"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_audit: {
        parameters: {
            query?: {
                /** @description Text to find in actor, action, object or detail. */
                q?: string | null;
                /** @description Only by this actor. */
                actor?: string | null;
                /** @description Only this action; with a dot at its end every action that begins so (`resource.`). */
                action?: string | null;
                /** @description Only at or after this time. */
                from?: string | null;
                /** @description Only before this time. */
                to?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAuditView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_campaigns: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfCampaignView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_campaigns_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The campaign. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_campaigns_by_id_cancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nobody else gets it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CampaignView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_campaigns_by_id_estimate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EstimateInput"];
            };
        };
        responses: {
            /** @description Whom its first message reaches, whom not and why, and what text messages cost. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Value"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_campaigns_by_id_pause: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is paused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PauseView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_campaigns_by_id_resume: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResumeInput"];
            };
        };
        responses: {
            /** @description It goes on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PauseView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_campaigns_by_id_start: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many people. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Started"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_campaigns_by_id_test: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TestInput"];
            };
        };
        responses: {
            /** @description On their way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tested"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_catalogs_by_id_rows: {
        parameters: {
            query?: {
                /** @description Text to find. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, by key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfRowView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_catalogs_by_id_rows: {
        parameters: {
            query?: {
                /** @description Remove every other row first. */
                replace?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A list of objects, or CSV with a header; each with the catalogue's key. */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
                "text/csv": Record<string, unknown>;
            };
        };
        responses: {
            /** @description How many rows there are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Standing"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_catalogs_by_id_rows_by_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_channels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfChannelView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_channels_vapid: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The private key is not kept here. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyPair"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_channels_by_id_test: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrialInput"];
            };
        };
        responses: {
            /** @description How it went. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_coupons_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many codes, how many given. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_coupons_by_id_codes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description A list of texts, or one code a line. */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
                "text/csv": Record<string, unknown>;
                "text/plain": Record<string, unknown>;
            };
        };
        responses: {
            /** @description How many codes, how many given. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PoolView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_dashboards_by_id_results: {
        parameters: {
            query?: {
                /** @description Beginning of the period: a date, a day named from today (`-7d`, `last month`), or a time. */
                from?: string | null;
                /** @description End of the period. */
                to?: string | null;
                /** @description IANA zone of the days. */
                zone?: string | null;
                /** @description Only profiles that are in this segment now. */
                segment?: string | null;
                /** @description Only events for which this holds, besides the insight's own conditions: `e.country == "DE"`. */
                filter?: string | null;
            };
            header?: {
                /** @description The ETag of an answer: 304 when nothing changed since. */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By item. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DashboardResults"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_data_quality: {
        parameters: {
            query?: {
                /** @description Text to find in detail or sample. */
                q?: string | null;
                /** @description Only with this reason. */
                reason?: string | null;
                /** @description Only this call. */
                kind?: string | null;
                /** @description Only from the source with this id. */
                source?: number | null;
                /** @description Only at or after this time. */
                from?: string | null;
                /** @description Only before this time. */
                to?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfRejectedView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_data_quality_counts: {
        parameters: {
            query?: {
                /** @description The first day or a time in it; 30 days ago when absent. */
                from?: string | null;
                /** @description The last day or a time in it; today when absent. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of the days asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfReasonCountView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_domains: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfDomainView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_domains: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DomainInput"];
            };
        };
        responses: {
            /** @description What to publish in the DNS. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DomainView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_domains_by_id_check: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each check, with what was expected, found and to do. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DomainCheck"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_events: {
        parameters: {
            query?: {
                /** @description Only events whose name holds this text. */
                q?: string | null;
                /** @description Only events of the source with this id; 0 is Rapport itself. */
                source?: number | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description With each event as it was recorded; at most 100 rows then. */
                details?: boolean;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The latest events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfFeedEvent"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_events_catalogue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The catalogue. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CatalogueView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_exports_events: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An event a line, customer by customer, each one's newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_exports_profiles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A profile a line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_goals: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of at most 20. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfGoalStatus"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_goals_preview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GoalSpec"];
            };
        };
        responses: {
            /** @description How it would stand. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GoalStatus"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_goals_by_id_status: {
        parameters: {
            query?: {
                /** @description Former periods, 0 to 60; 12 when absent. */
                history?: number | null;
            };
            header?: {
                /** @description The ETag of an answer: 304 when nothing changed since. */
                "If-None-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GoalStatus"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_identities_by_namespace_by_value: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                value: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The identifier and its profile. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_imports: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfImportView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_imports: {
        parameters: {
            query?: {
                /**
                 * @description The file's name; its ending tells the format (`.csv`, `.jsonl`, `.parquet`; `.gz`, `.zst`). In a multipart body
                 *     the part's own name counts.
                 */
                name?: string | null;
                /** @description The mapping (YAML). In a multipart body a part `mapping` counts. Not needed for JSON lines in Segment's form. */
                mapping?: string | null;
                /** @description The source its events are of; `import` when absent. */
                source?: string | null;
                /** @description Whether events trigger journeys; false when absent. */
                live?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The file; multipart: file and mapping. */
        requestBody: {
            content: {
                "application/octet-stream": Record<string, unknown>;
                "multipart/form-data": Record<string, unknown>;
            };
        };
        responses: {
            /** @description Queued. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_imports_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_imports_by_id_cancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_imports_by_id_rejects: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Line, reason and the row's beginning. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_imports_by_id_resume: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The import. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_inbox: {
        parameters: {
            query?: {
                /** @description Only mails with this in a recipient's address or in the subject; upper and lower case are one. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfCaughtView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_inbox_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The mail. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CaughtMailView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_inbox_by_id_html: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The part, in a sandbox. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_attribution: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AttributionRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AttributionReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_funnel: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FunnelRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FunnelReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_heatmap: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HeatmapRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HeatmapReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_journey_map: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["JourneyMapRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JourneyMapReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_ladder: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LadderRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LadderReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_lifecycle: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LifecycleRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LifecycleReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_lift: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LiftRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LiftReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_paths: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PathsRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PathsReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_power_users: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PowerUsersRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PowerUsersReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_retention: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_rfm: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RfmRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RfmReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_trend: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TrendRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrendReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_value: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ValueRequest"];
            };
        };
        responses: {
            /** @description The report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValueReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_insights_xes: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["XesRequest"];
            };
        };
        responses: {
            /** @description The log (IEEE 1849), a trace for each profile. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/xml": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_insights_by_id_results: {
        parameters: {
            query?: {
                /** @description Beginning of the period: a date, a day named from today (`-7d`, `last month`), or a time. */
                from?: string | null;
                /** @description End of the period. */
                to?: string | null;
                /** @description IANA zone of the days. */
                zone?: string | null;
                /** @description Only profiles that are in this segment now. */
                segment?: string | null;
                /** @description Only events for which this holds, besides the insight's own conditions: `e.country == "DE"`. */
                filter?: string | null;
            };
            header?: {
                /** @description The ETag of an answer: 304 when nothing changed since. */
                "If-None-Match"?: string;
                /** @description text/csv answers the table of the report as CSV; anything else JSON. */
                Accept?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The insight with its report. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InsightResult"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_journeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfJourneyView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_journeys_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The journey. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JourneyView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_journeys_by_id_dry_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DryRunInput"];
            };
        };
        responses: {
            /** @description What would happen, in order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Value"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_journeys_by_id_enter: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnterInput"];
            };
        };
        responses: {
            /** @description How many people. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Entering"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_journeys_by_id_explain: {
        parameters: {
            query: {
                /** @description The profile's id. */
                profile: string;
                /** @description Only what is recorded of this message and its run. */
                message?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Runs, what is recorded, and every decision with its rule and values. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Value"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_journeys_by_id_migrate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MigrateInput"];
            };
        };
        responses: {
            /** @description It began. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Migrating"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_journeys_by_id_pause: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is paused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PauseView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_journeys_by_id_profiles: {
        parameters: {
            query?: {
                /** @description Only at this step. */
                step?: string | null;
                /** @description Only of this version. */
                version?: number | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfRunView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_journeys_by_id_resume: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResumeInput"];
            };
        };
        responses: {
            /** @description It goes on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PauseView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_journeys_by_id_simulate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationInput"];
            };
        };
        responses: {
            /** @description Entries, steps, messages, overlap, floods, and the live version's for comparison. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Value"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_journeys_by_id_stats: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Exact numbers, by version, step and exit. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StatsView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_journeys_by_id_trigger: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TriggerInput"];
            };
        };
        responses: {
            /** @description Taken; the journey decides whether it begins. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Triggered"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_keys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfKeyView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_keys: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyInput"];
            };
        };
        responses: {
            /** @description The key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_keys_by_key: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_media: {
        parameters: {
            query?: {
                /** @description Text to find. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMediaView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_media: {
        parameters: {
            query?: {
                /** @description The file's name, for people. */
                name?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description PNG, JPEG, GIF or WebP, by content; at most 5 MiB. */
        requestBody: {
            content: {
                "application/octet-stream": Record<string, unknown>;
                "image/gif": Record<string, unknown>;
                "image/jpeg": Record<string, unknown>;
                "image/png": Record<string, unknown>;
                "image/webp": Record<string, unknown>;
            };
        };
        responses: {
            /** @description Its address is for everybody who knows it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MediaView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_media_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Done"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_members: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMemberView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_members: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberInput"];
            };
        };
        responses: {
            /** @description The member. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_members_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member can sign in no more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_members_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberPatch"];
            };
        };
        responses: {
            /** @description The member as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_messages: {
        parameters: {
            query?: {
                /** @description Text to find in id, subject, template or journey. */
                q?: string | null;
                /** @description `queued`, `deferred`, `sent`, `skipped`, `failed`; `pending` for those queued or deferred. */
                status?: string | null;
                /** @description Only of this template. */
                template?: string | null;
                /** @description Only of this journey; `campaign/ID` for those of a campaign. */
                journey?: string | null;
                /** @description Only of this channel: `email`, `sms`… */
                channel?: string | null;
                /** @description Only those decided at or after this time. */
                from?: string | null;
                /** @description Only those decided before this time. */
                to?: string | null;
                /** @description Only to this customer, under any id it had. */
                profile?: string | null;
                /** @description Only what this call of `POST /api/v1/messages` asked for. */
                request?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMessageView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_messages: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageInput"];
            };
        };
        responses: {
            /** @description Decided; the gate has the last word on whether it leaves. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asked"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_messages_check: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckInput"];
            };
        };
        responses: {
            /** @description Its answer now; when the message is sent it may be another. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageCheck"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_messages_counts: {
        parameters: {
            query?: {
                /** @description Text to find in id, subject, template or journey. */
                q?: string | null;
                /** @description Only of this template. */
                template?: string | null;
                /** @description Only of this journey; `campaign/ID` for those of a campaign. */
                journey?: string | null;
                /** @description Only of this channel: `email`, `sms`… */
                channel?: string | null;
                /** @description Only those decided at or after this time. */
                from?: string | null;
                /** @description Only those decided before this time. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Exact counts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageCounts"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_messages_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplayInput"];
            };
        };
        responses: {
            /** @description They are in the queue again; at most 500 at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_messages_report: {
        parameters: {
            query?: {
                /** @description Only of this journey. */
                journey?: string | null;
                /** @description Only of this template. */
                template?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfReportLine"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_messages_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The message. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_messages_by_id_replay: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is in the queue again. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_messages_by_id_timeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTimelinePoint"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_notices: {
        parameters: {
            query?: {
                /** @description The address it came to, which may name its message. */
                to?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description The mail as it arrived: a bounce, a complaint, an automatic answer. */
        requestBody: {
            content: {
                "message/rfc822": Record<string, unknown>;
            };
        };
        responses: {
            /** @description What it says, and whether its message is known. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoticeView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_pages: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each text with what is built in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PagesView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_pages_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PageInput"];
            };
        };
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShownPage"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_partitions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lag, timers and outbox of each. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Partitions"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_personas: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfPersonaModelView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_personas_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonaModelView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_personas_by_id_compute: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model with what it found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PersonaModelView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_problems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfProblemItem"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles: {
        parameters: {
            query?: {
                /** @description Words, each of which must occur in an identifier, the id or a naming trait. */
                q?: string | null;
                /** @description With or without a `user_id`. */
                known?: boolean | null;
                /** @description With or without an e-mail address. */
                has_email?: boolean | null;
                /** @description In the live segment with this id. */
                segment?: string | null;
                /** @description Whom this rule holds now: `traits.plan == "pro"`. */
                rule?: string | null;
                /** @description `last_seen` (the default, last first) or `id`. */
                sort?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfProfileSummary"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_profiles_bulk: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkInput"];
            };
        };
        responses: {
            /** @description How far it is; durable. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_by_namespace_by_value: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                namespace: string;
                value: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profile. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_count: {
        parameters: {
            query?: {
                /** @description Words, each of which must occur in an identifier, the id or a naming trait. */
                q?: string | null;
                /** @description With or without a `user_id`. */
                known?: boolean | null;
                /** @description With or without an e-mail address. */
                has_email?: boolean | null;
                /** @description In the live segment with this id. */
                segment?: string | null;
                /** @description Whom this rule holds now: `traits.plan == "pro"`. */
                rule?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Exact. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CountView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_summaries: {
        parameters: {
            query: {
                /** @description Ids of profiles, 500 at most, with commas between them. */
                ids: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those who are there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfNamedSummary"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profile. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_profiles_by_id: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProfilePatch"];
            };
        };
        responses: {
            /** @description The profile as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_accounts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfAccountView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_consents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfConsentView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_profiles_by_id_consents: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConsentInput"];
            };
        };
        responses: {
            /** @description All consents as they are now. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfConsentView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_consents_history: {
        parameters: {
            query?: {
                /** @description Words that all stand in the change. */
                q?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
                /** @description `json` for a page, `csv` for all of them as a file; `json` when absent. */
                format?: string | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; with `format=csv` all of them as CSV. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfConsentChangeView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_profiles_by_id_erase: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Begun. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Erasing"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_events: {
        parameters: {
            query?: {
                /** @description Text to find in name or properties. */
                q?: string | null;
                /** @description Only events of this name. */
                event?: string | null;
                /** @description Only events of the source with this id; 0 is Rapport itself. */
                source?: number | null;
                /** @description Only what came from elsewhere than Rapport itself. */
                theirs?: boolean;
                /** @description Only events at or after this time. */
                from?: string | null;
                /** @description Only events before this time. */
                to?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfEventView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_export: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileExport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_profiles_by_id_merge: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MergeInput"];
            };
        };
        responses: {
            /** @description Begun; the profile as it is now. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_messages: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMessageView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_preferences: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreferencePage"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_segments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfMembershipView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_profiles_by_id_telegram_link: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChatLinkInput"];
            };
        };
        responses: {
            /** @description The link. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChatLink"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_profiles_by_id_traits: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTraitChangeView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_profiles_by_id_unmerge: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UnmergeInput"];
            };
        };
        responses: {
            /** @description Begun; the profile as it is now. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProfileView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_reports: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfReportView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_reports_by_id_preview: {
        parameters: {
            query?: never;
            header?: {
                /** @description text/html answers the page itself; anything else JSON. */
                Accept?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Subject, HTML, text and files. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportPreview"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_reports_by_id_run: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunInput"];
            };
        };
        responses: {
            /** @description It is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportRunView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_reports_by_id_runs: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfReportRunView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_resources_by_kind: {
        parameters: {
            query?: {
                /** @description Text to find in the id or anywhere in the newest version. */
                q?: string | null;
                /** @description `live`: documents with a live version; otherwise those whose newest version has this status. */
                status?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfResourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_resources_by_kind_schema: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A JSON Schema. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Value"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_resources_by_kind_by_id: {
        parameters: {
            query?: {
                /** @description A number, or `live`; the newest when absent. */
                version?: string | null;
            };
            header?: never;
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version, with its number as ETag. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_resources_by_kind_by_id: {
        parameters: {
            query?: {
                /** @description Check only: nothing is written. */
                dry_run?: boolean;
                /** @description Publish at once what was written. */
                publish?: boolean;
                /** @description Publish although something looks like a mistake. */
                confirm?: boolean;
            };
            header?: {
                /** @description The ETag of the newest version; 412 when it changed. "0": there must be none. */
                "If-Match"?: string;
            };
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        /** @description The spec, or a document {kind, id, spec}. */
        requestBody: {
            content: {
                "application/json": Record<string, unknown>;
                "application/yaml": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The new draft, or the version that says the same already. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_resources_by_kind_by_id: {
        parameters: {
            query?: {
                /** @description Although live documents need it. */
                confirm?: boolean;
            };
            header?: never;
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has no effect any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Archived"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_resources_by_kind_by_id_approve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApproveInput"];
            };
        };
        responses: {
            /** @description The version, approved. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_resources_by_kind_by_id_archive: {
        parameters: {
            query?: {
                /** @description Although live documents need it. */
                confirm?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has no effect any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Archived"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_resources_by_kind_by_id_diff: {
        parameters: {
            query?: {
                /** @description The older version; the live one when absent. */
                from?: number | null;
                /** @description The newer version; the newest when absent. */
                to?: number | null;
            };
            header?: never;
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each difference with its place. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DiffView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_resources_by_kind_by_id_publish: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the newest version; 412 when it changed. */
                "If-Match"?: string;
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PublishInput"];
            };
        };
        responses: {
            /** @description The live version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_resources_by_kind_by_id_status: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusInput"];
            };
        };
        responses: {
            /** @description The version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_resources_by_kind_by_id_versions: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                kind: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfResourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_rules_catalogue: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Everything seen, most frequent first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleCatalogueView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rules_check: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleInput"];
            };
        };
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rules_complete: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompleteInput"];
            };
        };
        responses: {
            /** @description Suggestions, the likeliest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompletionView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rules_cost: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleInput"];
            };
        };
        responses: {
            /** @description The cost, for each profile. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CostView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rules_explain: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExplainInput"];
            };
        };
        responses: {
            /** @description The rule taken apart, with the events that prove it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplanationView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rules_parse: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleText"];
            };
        };
        responses: {
            /** @description Both faces of the rule. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BothFaces"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_rules_print: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleInput"];
            };
        };
        responses: {
            /** @description Both faces of the rule. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BothFaces"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_rules_schema: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description JSON Schema 2020-12. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/schema+json": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_rules_values: {
        parameters: {
            query?: {
                /** @description A trait, by dotted path. */
                trait?: string | null;
                /** @description An event. */
                event?: string | null;
                /** @description A property of it, by dotted path; `context.page.path` for its context. */
                property?: string | null;
                /** @description Properties of the last so many days; 90 when absent. */
                days?: number | null;
                /** @description How many values; 20 when absent, at most 100. */
                limit?: number | null;
                /** @description Only values with this text in them. */
                q?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The most frequent first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ValuesView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_search: {
        parameters: {
            query?: {
                /** @description Words, each of which must occur in the name, the id or the kind; nothing is found without any. */
                q?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that fit best, best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfFoundView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSegmentView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_segments_overlap: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OverlapInput"];
            };
        };
        responses: {
            /** @description Every combination that has a customer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OverlapView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_segments_preview: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleInput"];
            };
        };
        responses: {
            /** @description How many, and some of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The segment. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SegmentView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id_explain_by_profile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                profile: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rule taken apart, with the events that prove it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplanationView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id_export: {
        parameters: {
            query?: {
                /** @description Traits, by dotted path, divided by commas. */
                traits?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A row a member: profile, user_id, email, since, and the traits asked for. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id_exports: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first; thirty are kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfExportFile"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id_exports_by_name: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file as it was written. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id_feed: {
        parameters: {
            query?: {
                /** @description From this time on; 30 days ago when absent. */
                from?: string | null;
                /** @description Before this time; now when absent. */
                to?: string | null;
                /** @description The most rows, for lists of single rows; 50 when absent, at most 500. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfCrossingView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id_history: {
        parameters: {
            query?: {
                /** @description From this time on; 30 days ago when absent. */
                from?: string | null;
                /** @description Before this time; now when absent. */
                to?: string | null;
                /** @description The most rows, for lists of single rows; 50 when absent, at most 500. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By the hour for two weeks, by the day before. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSizeView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_segments_by_id_members: {
        parameters: {
            query?: {
                /** @description Those of that time, by who had entered and left; those of now when absent. */
                at?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSegmentMember"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_segments_by_id_members: {
        parameters: {
            query?: {
                /** @description Answer only when the change is applied (at most two seconds); true when absent. */
                wait?: boolean;
            };
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MembersInput"];
            };
        };
        responses: {
            /** @description What was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListChange"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_segments_by_id_upload: {
        parameters: {
            query?: {
                /** @description Remove them instead of adding them. */
                remove?: boolean;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        /** @description CSV whose header names the namespace of each column: `user_id`, `email`, `profile`. Of a row the first that finds somebody counts; 500,000 rows and 32 MiB at most. */
        requestBody: {
            content: {
                "text/csv": Record<string, unknown>;
            };
        };
        responses: {
            /** @description What was changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListChange"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The member or token. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Whoami"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description Signed in; the cookie is set. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Signed out. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    put_session_password: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordInput"];
            };
        };
        responses: {
            /** @description Changed; other sessions ended, this one has a new cookie. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_simulations: {
        parameters: {
            query?: {
                /** @description Only those of this journey, `campaign/ID` of a campaign. */
                journey?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first, without what came of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSimulationView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_simulations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SimulationOrder"];
            };
        };
        responses: {
            /** @description It waits for its turn, or is played. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulationView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_simulations_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The simulation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SimulationView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_simulations_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is ended and forgotten. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_sms_segments: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SmsInput"];
            };
        };
        responses: {
            /** @description The count, and the price where one is known. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SmsView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_sources: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_sources: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceInput"];
            };
        };
        responses: {
            /** @description The source. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_sources_by_slug: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                slug: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourcePatch"];
            };
        };
        responses: {
            /** @description The source as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SourceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_stats: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_suppressions: {
        parameters: {
            query?: {
                /** @description Text to find in address or reason. */
                q?: string | null;
                /** @description Only on this channel. */
                channel?: string | null;
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfSuppressionView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_suppressions: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SuppressionInput"];
            };
        };
        responses: {
            /** @description The suppression; 200 when it was there already. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuppressionView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_suppressions_export: {
        parameters: {
            query?: {
                /** @description Text to find in address or reason. */
                q?: string | null;
                /** @description Only on this channel. */
                channel?: string | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A row an address: channel, address, reason, since, source. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_suppressions_upload: {
        parameters: {
            query?: {
                /** @description The channel of rows that name none; `email` when absent. */
                channel?: string;
                /** @description The reason of rows that name none; `manual` when absent. */
                reason?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description CSV whose header has `address`, `email` or `phone`, and perhaps `channel`, `reason` and `since`; 500,000 rows and 32 MiB at most. */
        requestBody: {
            content: {
                "text/csv": Record<string, unknown>;
            };
        };
        responses: {
            /** @description What became of the rows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SuppressionUpload"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_suppressions_by_channel_by_address: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                channel: string;
                address: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lifted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTemplateView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_templates_links: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewInput"];
            };
        };
        responses: {
            /** @description What was found at each link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_templates_lint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewInput"];
            };
        };
        responses: {
            /** @description Every finding, the worst first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LintReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_templates_preview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewInput"];
            };
        };
        responses: {
            /** @description Subject, HTML and text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_templates_by_id_links: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewInput"];
            };
        };
        responses: {
            /** @description What was found at each link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LinkReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_templates_by_id_lint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewInput"];
            };
        };
        responses: {
            /** @description Every finding, the worst first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LintReport"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_templates_by_id_preview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewInput"];
            };
        };
        responses: {
            /** @description Subject, HTML and text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preview"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_templates_by_id_test: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key again gets the first answer, for a day. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SampleInput"];
            };
        };
        responses: {
            /** @description What became of each message. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SampleView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_tokens: {
        parameters: {
            query?: {
                /** @description The `next_cursor` of the page before. */
                cursor?: string | null;
                /** @description Rows, 1 to 500; 50 when absent. */
                limit?: number | null;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfTokenView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    post_tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenInput"];
            };
        };
        responses: {
            /** @description The token, with its secret this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenCreated"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delete_tokens_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PageOfWorkspaceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    get_workspaces_current: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The workspace. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patch_workspaces_current: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkspacePatch"];
            };
        };
        responses: {
            /** @description The workspace as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkspaceView"];
                };
            };
            /** @description What is wrong (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
