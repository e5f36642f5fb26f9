import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateApiKeys1795342080000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A small table that every request reads: where storage is sharded it is copied to every
    // node, which is why it may be unique by what does not lead its primary key.
    await runner.query(`
      create table api_key (
        hash bytea not null,
        id uuid not null,
        name text not null,
        scopes text[] not null,
        created_by text not null,
        created_at timestamptz not null,
        last_used_at timestamptz,
        revoked_at timestamptz,
        primary key (hash),
        constraint api_key_hash_is_sha256 check (octet_length(hash) = 32)
      )`);
    await runner.query('create unique index api_key_id on api_key (id)');
    await runner.query(`
      create unique index api_key_active_name on api_key (name) where revoked_at is null`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table api_key');
  }
}
