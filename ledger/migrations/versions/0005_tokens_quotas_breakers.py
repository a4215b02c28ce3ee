"""OAuth tokens, calls counted against long quotas, and circuit breakers."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('tokens',
    sa.Column('account_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('origin', sa.Text(), nullable=False),
    sa.Column('sealed', sa.Text(), server_default='', nullable=False),
    sa.Column('version', sa.Integer(), server_default='0', nullable=False),
    sa.Column('expires_at', sa.BigInteger(), nullable=True),
    sa.Column('renewed_at', sa.BigInteger(), nullable=True),
    sa.Column('renewing', sa.Text(), server_default='', nullable=False),
    sa.Column('interrupted', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_tokens_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', 'origin', name=op.f('pk_tokens'))
    )
    op.create_table('quotas',
    sa.Column('account_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('window', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('period', sa.Text(), server_default='', nullable=False),
    sa.Column('calls', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_quotas_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', 'window', name=op.f('pk_quotas'))
    )
    op.create_table('breakers',
    sa.Column('account_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.Column('opened_at', sa.BigInteger(), nullable=True),
    sa.Column('probe_at', sa.BigInteger(), nullable=True),
    sa.Column('detail', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_breakers_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_breakers'))
    )


def downgrade() -> None:
    op.drop_table('breakers')
    op.drop_table('quotas')
    op.drop_table('tokens')
