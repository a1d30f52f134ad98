/** Every metric the platform exports, by name. Dashboards, alerts and code read this one list. */
export const metricNames = {
  /** Histogram, seconds; labels method, route (template), status_class. */
  httpRequestDuration: 'http_server_request_duration_seconds',
  httpInFlight: 'http_server_in_flight',
  httpInFlightLimit: 'http_server_in_flight_limit',
  /** Counter; labels priority (start, read, act), reason (full, behind). */
  httpShed: 'http_server_shed_total',
  streamsOpen: 'gateway_streams_open',
  /** Counter; label reason (the reason code of a refused token). */
  authRejected: 'auth_rejected_total',
  /** Counter; label code. Messages of sagas that came without a grant that is good for them. */
  grantsRefused: 'saga_grants_refused_total',
  /** Counter; labels operation and rule (caller, role, owner). */
  authzDenied: 'authz_denied_total',
  /** Counter; labels purpose, reason (format, key, key_absent, authentication). Stored values that were not opened. */
  cryptoFailures: 'crypto_failures_total',
  /** Gauge; labels purpose, state (active, retired). Data keys of the key store. */
  keysOfPurpose: 'crypto_keys',
  /** Gauge, seconds; label purpose. Age of the key that values are sealed with now. */
  keyAge: 'crypto_key_age_seconds',
  /** Gauge, seconds since the key store confirmed a purpose's keys; label purpose. */
  keysAge: 'keys_age_seconds',
  /** Counter; label outcome (opened, refused, plain). Payloads of workflows read for people. */
  codecDecodes: 'codec_decode_total',
  /** Counter; label reason. Peers whose certificate carries no identity of ours. */
  tlsPeerRejected: 'tls_peer_rejected_total',
  /** Gauge, seconds since 1970. */
  certificateNotAfter: 'tls_cert_not_after_timestamp_seconds',
  /** Gauge, seconds since the keys of the auth server were read. */
  jwksAge: 'jwks_age_seconds',
  /** Counter; label outcome (read, failed). Questions to the auth server for its keys. */
  jwksReads: 'jwks_reads_total',
  /** Gauge, seconds since Consul confirmed a service's instances; label service. */
  discoveryAge: 'discovery_age_seconds',
  /** Counter; labels service, outcome (ok, retried, failed, refused: while its breaker is open). */
  serviceCalls: 'service_client_calls_total',
  /** Gauge; label service. Instances left alone just now. */
  instancesEjected: 'service_client_instances_ejected',
  /** Counter; labels service, reason (fault, errors). */
  ejections: 'service_client_ejections_total',
  /** Counter; label service. Instances that Consul named and whose certificate is not the service's. */
  servicePeersRefused: 'service_client_peers_refused_total',
  /** Gauge, 1 while a service is not asked since most calls were not answered; label service. */
  serviceBreakerOpen: 'service_client_breaker_open',
  /** Counter; label result (hit, miss, stale, bypass). */
  cacheRequests: 'cache_requests_total',
  /** Counter; label outcome (stored, older, expected, gone, failed). Loaded values that were to be kept. */
  cachePuts: 'cache_puts_total',
  /** Counter; label outcome (raised, late, unread, failed). Changes of read models that the cache was told of. */
  cacheRaises: 'cache_raises_total',
  /** Gauge, 1 while this process reaches Redis. */
  cacheStoreUp: 'cache_store_up',
  /** Gauge; labels database, state (in_use, idle, waiting: callers without a connection). */
  poolConnections: 'db_pool_connections',
  /** Counter; label scope (address, subject, refused). */
  rateLimited: 'rate_limited_total',
  /** Counter; labels saga, answer (started, replayed, refused, unavailable). */
  sagaStarts: 'gateway_saga_starts_total',
  /** Gauge, seconds; label queue. How long the next step of a saga waits for a worker. */
  sagaStepWait: 'gateway_saga_step_wait_seconds',
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
  /** Counter; labels projection, service. */
  projectorApplied: 'projector_events_applied_total',
  /** Counter; label projection. Events seen before with the same content; harmless. */
  projectorDuplicates: 'projector_duplicates_total',
  /** Gauge, 1 while a partition stands still for the reason; labels projection, topic, partition, code. */
  projectorHalted: 'projector_partition_halted',
  /** Gauge; labels projection, topic, partition. Records in the log and not in the read model. */
  projectorLag: 'projector_lag_records',
  /** Gauge, seconds; the same labels. For how long at least the oldest of them has been in the log. */
  projectorLagSeconds: 'projector_lag_seconds',
  /** Counter; labels projection, reason. Events that became dead letters. */
  deadLettersStored: 'dead_letters_stored_total',
  /** Gauge; labels projection, reason. Dead letters that wait. */
  deadLetters: 'dead_letters',
  /** Gauge; labels projection, group, reason. The largest groups of dead letters of one cause. */
  deadLetterGroups: 'dead_letter_group_letters',
  /** Gauge; label projection. Aggregates whose events wait behind a dead letter. */
  parkedAggregates: 'dead_letter_parked_aggregates',
  /** Histogram, seconds from the log to the read model; label projection. */
  eventDelayFromLog: 'event_log_to_projection_seconds',
  /** Histogram, seconds from business time to the read model; label projection. */
  eventDelay: 'event_commit_to_projection_seconds',
  /** Counter; label saga. */
  sagasStarted: 'saga_started_total',
  /** Counter; labels saga, outcome (completed, compensated, cancelled). */
  sagasFinished: 'saga_finished_total',
  /** Counter; labels saga, direction (forward, undo). Times a saga came to wait for a person. */
  sagasParked: 'saga_parked_total',
  /** Histogram, seconds from start to end; labels saga, outcome, waited (yes, no: for a person or an event). */
  sagaDuration: 'saga_duration_seconds',
  /** Histogram, seconds from the first effect to the end, in which databases differ; labels saga, outcome. */
  sagaInconsistency: 'saga_inconsistency_seconds',
  /** Histogram, seconds; labels participant, command, outcome (done, undone, refused, …). Repeats included. */
  sagaStepDuration: 'saga_step_duration_seconds',
  /** Gauge; labels saga, state (running, compensating, parked). As the read model knows them. */
  sagasActive: 'sagas_active',
  /** Gauge, seconds; label saga. */
  sagaParkedAge: 'saga_parked_oldest_seconds',
  /** Gauge, seconds nothing was heard of an open saga that is not parked, the longest; label saga. */
  sagaNoProgress: 'saga_no_progress_seconds',
  /** Gauge, seconds; label saga. How long a saga may be silent by its contract: its deadline, and what freezes it. */
  sagaPatience: 'saga_patience_seconds',
  /** Gauge. Started sagas without a terminal record. */
  sagasOpen: 'sagas_open',
  /** Gauge. Sagas whose workflow tasks fail again and again. */
  sagasFailingTasks: 'sagas_failing_tasks',
  /** Counter; labels reaction, outcome (started, notified, exists, journaled, failed). What events led to. */
  reactionStarts: 'reaction_starts_total',
  /** Gauge. Events whose saga could not be started yet, at most a batch of them. */
  reactionsPending: 'reactions_pending',
  /** Counter; label result (delivered, failed, dead). Attempts to tell a webhook; `dead` ones were the last. */
  webhookAttempts: 'webhook_attempts_total',
  /** Gauge. Deliveries that wait for an attempt. */
  webhooksPending: 'webhook_deliveries_pending',
  /** Gauge, seconds. For how long the delivery has been due that was due first; 0 where none is. */
  webhookOldestDue: 'webhook_oldest_due_seconds',
  /** Gauge. Deliveries that were given up, and are kept. */
  webhooksDead: 'webhook_deliveries_dead',
  /** Counter; label reason. Recoveries the sweeper asked for. */
  sagaRecoveries: 'saga_recoveries_total',
  /** Counter; label service. Events the auditor has checked. */
  auditEvents: 'holdfast_audit_events_total',
  /** Gauge; label service. Records in the log that the auditor has not read. */
  auditLag: 'holdfast_audit_lag_records',
  /** Gauge, 1 while the audit of a service waits for its database or the log; label service. */
  auditWaiting: 'holdfast_audit_waiting',
  /** Gauge, seconds since 1970. End of the last pass. */
  auditLastPass: 'holdfast_audit_last_pass_timestamp_seconds',
  /** Gauge, seconds. */
  auditPassSeconds: 'holdfast_audit_pass_seconds',
  /** Gauge. Number of the last line of the signed report. */
  auditReportLines: 'holdfast_audit_report_lines',
  /** Gauge; labels code, service, severity. Findings that nobody has acknowledged, from the ledger. */
  auditOpenFindings: 'holdfast_audit_open_findings',
} as const;
