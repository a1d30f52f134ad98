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
} as const;
