"""How shops are looked at, and orders as they were last read."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('polls',
    sa.Column('shop_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('mode', sa.Text(), server_default='', nullable=False),
    sa.Column('mark', sa.BigInteger(), nullable=True),
    sa.Column('next_at', sa.BigInteger(), nullable=True),
    sa.Column('began_at', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.Column('good_at', sa.BigInteger(), nullable=True),
    sa.Column('listed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('stored', sa.Integer(), server_default='0', nullable=False),
    sa.Column('error', sa.Text(), server_default='', nullable=False),
    sa.Column('hooks_good_at', sa.BigInteger(), nullable=True),
    sa.Column('hooks_problem', sa.Text(), server_default='', nullable=False),
    sa.CheckConstraint("mode in ('', 'webhook+poll', 'webhook', 'poll', 'manual')", name=op.f('ck_polls_mode')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_polls_shop_id_shops')),
    sa.PrimaryKeyConstraint('shop_id', name=op.f('pk_polls'))
    )
    op.create_table('readings',
    sa.Column('order_row_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('read_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['order_row_id'], ['orders.id'], name=op.f('fk_readings_order_row_id_orders')),
    sa.PrimaryKeyConstraint('order_row_id', name=op.f('pk_readings'))
    )


def downgrade() -> None:
    op.drop_table('readings')
    op.drop_table('polls')
