"""What workers share of a shop's own API: its token, its gate, its calls; and what tells apart orders of one number."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    shop_id = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table(
        'shop_tokens',
        sa.Column('shop_id', shop_id, autoincrement=False, nullable=False),
        sa.Column('origin', sa.Text(), nullable=False),
        sa.Column('sealed', sa.Text(), server_default='', nullable=False),
        sa.Column('version', sa.Integer(), server_default='0', nullable=False),
        sa.Column('expires_at', sa.BigInteger(), nullable=True),
        sa.Column('renewed_at', sa.BigInteger(), nullable=True),
        sa.Column('renewing', sa.Text(), server_default='', nullable=False),
        sa.Column('interrupted', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_shop_tokens_shop_id_shops')),
        sa.PrimaryKeyConstraint('shop_id', 'origin', name=op.f('pk_shop_tokens')),
    )
    op.create_table(
        'shop_gates',
        sa.Column('shop_id', shop_id, autoincrement=False, nullable=False),
        sa.Column('shut_until', sa.BigInteger(), nullable=True),
        sa.Column('refused', sa.Text(), server_default='', nullable=False),
        sa.Column('refusal', sa.Text(), server_default='', nullable=False),
        sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_shop_gates_shop_id_shops')),
        sa.PrimaryKeyConstraint('shop_id', name=op.f('pk_shop_gates')),
    )
    op.create_table(
        'shop_calls',
        sa.Column('shop_id', shop_id, autoincrement=False, nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('minute', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('calls', sa.Integer(), server_default='0', nullable=False),
        sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_shop_calls_shop_id_shops')),
        sa.PrimaryKeyConstraint('shop_id', 'kind', 'minute', name=op.f('pk_shop_calls')),
    )
    op.create_index('ix_shop_calls_kind', 'shop_calls', ['kind', 'minute'])
    op.add_column('orders', sa.Column('identity', sa.Text(), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('orders', 'identity')
    op.drop_table('shop_calls')
    op.drop_table('shop_gates')
    op.drop_table('shop_tokens')
