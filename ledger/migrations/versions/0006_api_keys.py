"""API keys."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEPT = sa.text('revoked_at IS NULL')


def upgrade() -> None:
    op.create_table('api_keys',
    sa.Column('id', ROW_ID, nullable=False),
    sa.Column('public', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('digest', sa.Text(), server_default='', nullable=False),
    sa.Column('scopes', sa.Text(), server_default='[]', nullable=False),
    sa.Column('shop_id', ROW_ID, nullable=True),
    sa.Column('account_id', ROW_ID, nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=False),
    sa.Column('revoked_at', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_api_keys_account_id_accounts')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_api_keys_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_keys')),
    sa.UniqueConstraint('public', name=op.f('uq_api_keys_public'))
    )
    op.create_index('uq_api_keys_name', 'api_keys', ['name'], unique=True, sqlite_where=KEPT, postgresql_where=KEPT)


def downgrade() -> None:
    op.drop_table('api_keys')
