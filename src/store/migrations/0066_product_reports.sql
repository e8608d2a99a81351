-- Of which of its products a member reports: encrypted under the alert's key, bound to the row.
alter table obligation_report add column id uuid;
alter table obligation_report add column product_enc bytea;
alter table obligation_report add constraint obligation_report_product
  check (product_enc is null or id is not null);
