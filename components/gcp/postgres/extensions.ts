/** Extensions Cloud SQL for PostgreSQL brings. https://docs.cloud.google.com/sql/docs/postgres/extensions */
export const EXTENSIONS: readonly string[] =
  `address_standardizer address_standardizer_data_us amcheck anon autoinc bloom
  btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance fuzzystrmatch google_ml_integration
  h3 h3_postgis hll hstore insert_username intagg intarray ip4r isn lo ltree moddatetime oracle_fdw orafce pageinspect
  pg_background pg_bigm pg_buffercache pg_cron pg_freespacemap pg_hint_plan pg_partman pg_prewarm pg_proctab
  pg_repack pg_similarity pg_squeeze pg_stat_statements pg_surgery pg_trgm pg_visibility pg_wait_sampling
  pg_walinspect pgaudit pgcrypto pgfincore pglogical pgrowlocks pgstattuple pgtap pgtt plpgsql plproxy plv8
  postgis postgis_raster postgis_sfcgal postgis_tiger_geocoder postgis_topology postgres_fdw
  prefix rdkit refint sslinfo tablefunc tcn temporal_tables tsm_system_rows tsm_system_time
  unaccent uuid-ossp vector`.split(/\s+/);
