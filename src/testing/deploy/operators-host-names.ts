/** The name that docs/deploy.md gives a deployment. */
export const NAME = 'login.example.com';

/** The blocks of docs/deploy.md that are followed on a host, by their first lines. */
export const FOLLOWED = {
  balancer: 'apt-get install nginx-light gettext-base',
  seq: 'SEQ_URL=http://seq:5341',
  traces: 'OTEL_EXPORTER_OTLP_ENDPOINT=http://jaeger:4318',
  oneRequest:
    'id=$(tail -n 1 /var/log/nginx/gatehouse.log | jq -r .request_id)      # or of any other line',
  sentry: 'SENTRY_DSN_FILE=/run/secrets/sentry_dsn',
  backup:
    'age-keygen -o identity.txt                       # where backups are restored, and nowhere else',
  health:
    'psql -X -v ON_ERROR_STOP=1 -f deploy/database/monitor.sql      # as the superuser: a role that sees no person',
} as const;
