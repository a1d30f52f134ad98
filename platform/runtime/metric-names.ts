/** Every metric the platform exports, by name. Dashboards, alerts and code read this one list. */
export const metricNames = {
  /** Histogram, seconds; labels method, route (template), status_class. */
  httpRequestDuration: 'http_server_request_duration_seconds',
  /** Counter; label reason (the reason code of a refused token). */
  authRejected: 'auth_rejected_total',
  /** Counter; labels operation and rule (caller, role, owner). */
  authzDenied: 'authz_denied_total',
  /** Counter; label reason. Peers whose certificate carries no identity of ours. */
  tlsPeerRejected: 'tls_peer_rejected_total',
  /** Gauge, seconds since 1970; label name (the process). */
  certificateNotAfter: 'tls_cert_not_after_timestamp_seconds',
  /** Gauge, seconds since the keys of the auth server were read. */
  jwksAge: 'jwks_age_seconds',
  /** Gauge, seconds since Consul confirmed a service's instances; label service. */
  discoveryAge: 'discovery_age_seconds',
  /** Counter; labels service, outcome (ok, retried, failed). */
  serviceCalls: 'service_client_calls_total',
  /** Counter; label result (hit, miss, stale, bypass). */
  cacheRequests: 'cache_requests_total',
  /** Counter; label scope (anonymous, subject). */
  rateLimited: 'rate_limited_total',
  /** Counter; labels saga, answer (started, replayed, refused). */
  sagaStarts: 'gateway_saga_starts_total',
  /** Histogram, seconds; labels service, kind (forward, undo, settle, operation), command, outcome. */
  messageDuration: 'participant_message_duration_seconds',
  /** Gauge; label service. Events committed and not yet in the log. */
  outboxPending: 'outbox_pending_events',
  /** Gauge, seconds; label service. */
  outboxOldestAge: 'outbox_oldest_event_age_seconds',
  /** Counter; label service. */
  relaySent: 'relay_events_sent_total',
  /** Counter; label service. Sent again after a send whose outcome was unknown; harmless. */
  relayRepeated: 'relay_events_repeated_total',
  /** Counter; labels service and code. */
  relayFailures: 'relay_failures_total',
  /** Gauge; labels service and slot. Aggregates whose next event the broker refuses. */
  relayParked: 'relay_parked_aggregates',
  /** Histogram, seconds from business time to the acknowledged log; label service. */
  eventDelayToLog: 'event_commit_to_log_seconds',
} as const;
