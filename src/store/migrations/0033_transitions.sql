-- Facts of which nothing is known yet, taken for shown for a time: at most 90 days, said by two
-- persons. Milliseconds, as decisions take them.
alter table enrolment add column transition jsonb check (
  (transition ->> 'expiresAt')::bigint > (transition ->> 'from')::bigint
  and (transition ->> 'expiresAt')::bigint - (transition ->> 'from')::bigint <= 7776000000
);
