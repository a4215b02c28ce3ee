"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('system', sa.Text(), server_default='', nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('seller', sa.Text(), server_default='{}', nullable=False),
    sa.Column('options', sa.Text(), server_default='{}', nullable=False),
    sa.Column('sealed_credentials', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='active', nullable=False),
    sa.Column('paused_reason', sa.Text(), server_default='', nullable=False),
    sa.Column('paused_at', sa.BigInteger(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('key', name=op.f('uq_accounts_key'))
    )
    op.create_table('alarms',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), server_default='', nullable=False),
    sa.Column('key', sa.Text(), server_default='', nullable=False),
    sa.Column('detail', sa.Text(), server_default='', nullable=False),
    sa.Column('remedy', sa.Text(), server_default='', nullable=False),
    sa.Column('first_at', sa.BigInteger(), nullable=False),
    sa.Column('last_at', sa.BigInteger(), nullable=False),
    sa.Column('count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('cleared_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarms')),
    sa.UniqueConstraint('kind', 'key', name=op.f('uq_alarms_kind_key'))
    )
    op.create_table('clocks',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('beat_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_clocks'))
    )
    op.create_table('settings',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_settings'))
    )
    op.create_table('shops',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('platform', sa.Text(), server_default='', nullable=False),
    sa.Column('name', sa.Text(), server_default='', nullable=False),
    sa.Column('url', sa.Text(), server_default='', nullable=False),
    sa.Column('timezone', sa.Text(), server_default='UTC', nullable=False),
    sa.Column('sealed_secrets', sa.Text(), server_default='', nullable=False),
    sa.Column('sealed_credentials', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='active', nullable=False),
    sa.Column('rejections', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shops')),
    sa.UniqueConstraint('key', name=op.f('uq_shops_key'))
    )
    op.create_table('orders',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_key', sa.Text(), server_default='', nullable=False),
    sa.Column('order_id', sa.Text(), server_default='', nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('latest_event_id', sa.Text(), nullable=True),
    sa.Column('latest_digest', sa.LargeBinary(), nullable=True),
    sa.Column('newest_event_id', sa.Text(), nullable=True),
    sa.Column('newest_modified', sa.BigInteger(), nullable=True),
    sa.Column('newest_refunds', sa.Integer(), server_default='0', nullable=False),
    sa.Column('newest_status', sa.Text(), server_default='', nullable=False),
    sa.Column('number', sa.Text(), server_default='', nullable=False),
    sa.Column('currency', sa.Text(), server_default='', nullable=False),
    sa.Column('total', sa.BigInteger(), nullable=True),
    sa.Column('decision', sa.Text(), server_default='', nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('decided_at', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_orders_account_id_accounts')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_orders_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('shop_id', 'order_id', name=op.f('uq_orders_shop_id_order_id'))
    )
    op.create_table('rejections',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('size', sa.Integer(), server_default='0', nullable=False),
    sa.Column('headers', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_rejections_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rejections'))
    )
    op.create_index('ix_rejections_shop', 'rejections', ['shop_id', 'id'], unique=False)
    op.create_table('routes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('shop_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.Text(), server_default='', nullable=False),
    sa.Column('series', sa.Text(), server_default='', nullable=False),
    sa.Column('policy', sa.Text(), server_default='{}', nullable=False),
    sa.Column('options', sa.Text(), server_default='{}', nullable=False),
    sa.Column('state', sa.Text(), server_default='active', nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_routes_account_id_accounts')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_routes_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routes')),
    sa.UniqueConstraint('key', name=op.f('uq_routes_key'))
    )
    op.create_index('uq_routes_way', 'routes', ['shop_id', 'channel'], unique=True, sqlite_where=sa.text("state != 'removed'"), postgresql_where=sa.text("state != 'removed'"))
    op.create_table('documents',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_id', sa.Text(), server_default='', nullable=False),
    sa.Column('kind', sa.Text(), server_default='', nullable=False),
    sa.Column('counter', sa.Text(), server_default='', nullable=False),
    sa.Column('reference', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='', nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.Text(), server_default='', nullable=False),
    sa.Column('draft', sa.Text(), server_default='', nullable=False),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('differs', sa.Text(), server_default='[]', nullable=False),
    sa.Column('system_id', sa.Text(), server_default='', nullable=False),
    sa.Column('number', sa.Text(), server_default='', nullable=False),
    sa.Column('url', sa.Text(), server_default='', nullable=False),
    sa.Column('currency', sa.Text(), server_default='', nullable=False),
    sa.Column('gross', sa.BigInteger(), nullable=True),
    sa.Column('refund_id', sa.Text(), server_default='', nullable=False),
    sa.Column('order_modified', sa.BigInteger(), nullable=True),
    sa.Column('issuing_at', sa.BigInteger(), nullable=True),
    sa.Column('sends', sa.Integer(), server_default='0', nullable=False),
    sa.Column('nones', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('settled_at', sa.BigInteger(), nullable=True),
    sa.Column('cancelled_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("state in ('planned', 'issuing', 'live', 'cancelled', 'held')", name=op.f('ck_documents_state')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_documents_account_id_accounts')),
    sa.ForeignKeyConstraint(['order_row_id'], ['orders.id'], name=op.f('fk_documents_order_row_id_orders')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_documents_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_documents')),
    sa.UniqueConstraint('shop_id', 'order_id', 'kind', 'counter', name=op.f('uq_documents_shop_id_order_id_kind_counter'))
    )
    op.create_index('ix_documents_live', 'documents', ['kind', 'currency', 'gross'], unique=False, sqlite_where=sa.text("state = 'live'"), postgresql_where=sa.text("state = 'live'"))
    op.create_index('ix_documents_number', 'documents', ['number'], unique=False, sqlite_where=sa.text("number != ''"), postgresql_where=sa.text("number != ''"))
    op.create_index('ix_documents_order_row', 'documents', ['order_row_id'], unique=False)
    op.create_table('leases',
    sa.Column('order_row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('beat', sa.Integer(), server_default='0', nullable=False),
    sa.Column('event_id', sa.Text(), server_default='', nullable=False),
    sa.Column('shop_key', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['order_row_id'], ['orders.id'], name=op.f('fk_leases_order_row_id_orders')),
    sa.PrimaryKeyConstraint('order_row_id', name=op.f('pk_leases')),
    sa.UniqueConstraint('owner', name=op.f('uq_leases_owner'))
    )
    op.create_table('events',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('shop_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_key', sa.Text(), server_default='', nullable=False),
    sa.Column('order_row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.Text(), server_default='', nullable=False),
    sa.Column('source', sa.Text(), server_default='', nullable=False),
    sa.Column('topic', sa.Text(), server_default='', nullable=False),
    sa.Column('order_id', sa.Text(), server_default='', nullable=False),
    sa.Column('status', sa.Text(), server_default='', nullable=False),
    sa.Column('modified_at', sa.BigInteger(), nullable=True),
    sa.Column('refunds', sa.Integer(), server_default='0', nullable=False),
    sa.Column('received_at', sa.BigInteger(), nullable=False),
    sa.Column('delivery_id', sa.Text(), server_default='', nullable=False),
    sa.Column('headers', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='', nullable=False),
    sa.Column('due_at', sa.BigInteger(), nullable=True),
    sa.Column('waiting_for', sa.Text(), server_default='', nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('detail', sa.Text(), server_default='', nullable=False),
    sa.Column('remedy', sa.Text(), server_default='', nullable=False),
    sa.Column('error_class', sa.Text(), server_default='', nullable=False),
    sa.Column('system', sa.Text(), server_default='', nullable=False),
    sa.Column('sticks', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('first_failed_at', sa.BigInteger(), nullable=True),
    sa.Column('isolate', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('kills', sa.Integer(), server_default='0', nullable=False),
    sa.Column('manual', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('rung_at', sa.BigInteger(), nullable=True),
    sa.Column('rings', sa.Integer(), server_default='0', nullable=False),
    sa.Column('repeats', sa.Integer(), server_default='0', nullable=False),
    sa.Column('last_repeat_at', sa.BigInteger(), nullable=True),
    sa.Column('settled_by', sa.Text(), server_default='', nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("state in ('waiting', 'done', 'dead')", name=op.f('ck_events_state')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_events_account_id_accounts')),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_events_document_id_documents')),
    sa.ForeignKeyConstraint(['order_row_id'], ['orders.id'], name=op.f('fk_events_order_row_id_orders')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_events_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events'))
    )
    op.create_index('ix_events_awaiting', 'events', ['waiting_for'], unique=False, sqlite_where=sa.text("state = 'waiting' AND waiting_for != ''"), postgresql_where=sa.text("state = 'waiting' AND waiting_for != ''"))
    op.create_index('ix_events_dead', 'events', ['id'], unique=False, sqlite_where=sa.text("state = 'dead'"), postgresql_where=sa.text("state = 'dead'"))
    op.create_index('ix_events_due', 'events', ['due_at', 'shop_id'], unique=False, sqlite_where=sa.text("state = 'waiting' AND due_at IS NOT NULL"), postgresql_where=sa.text("state = 'waiting' AND due_at IS NOT NULL"))
    op.create_index('ix_events_error_class', 'events', ['error_class', 'id'], unique=False, sqlite_where=sa.text("error_class != ''"), postgresql_where=sa.text("error_class != ''"))
    op.create_index('ix_events_order', 'events', ['order_id', 'shop_id', 'id'], unique=False)
    op.create_index('ix_events_order_row', 'events', ['order_row_id', 'id'], unique=False)
    op.create_index('ix_events_reason', 'events', ['reason', 'id'], unique=False)
    op.create_index('ix_events_shop', 'events', ['shop_id', 'id'], unique=False)
    op.create_index('ix_events_system', 'events', ['system', 'id'], unique=False, sqlite_where=sa.text("system != ''"), postgresql_where=sa.text("system != ''"))
    op.create_index('ix_events_waiting', 'events', ['id'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('uq_events_follow_up', 'events', ['document_id', 'kind'], unique=True, sqlite_where=sa.text("state != 'done' AND document_id IS NOT NULL"), postgresql_where=sa.text("state != 'done' AND document_id IS NOT NULL"))
    op.create_table('attempts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('started_at', sa.BigInteger(), nullable=False),
    sa.Column('elapsed_ms', sa.Integer(), server_default='0', nullable=False),
    sa.Column('outcome', sa.Text(), server_default='', nullable=False),
    sa.Column('code', sa.Text(), server_default='', nullable=False),
    sa.Column('detail', sa.Text(), server_default='', nullable=False),
    sa.Column('error_class', sa.Text(), server_default='', nullable=False),
    sa.Column('system', sa.Text(), server_default='', nullable=False),
    sa.Column('exchange', sa.Text(), server_default='', nullable=False),
    sa.Column('manual', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_attempts_event_id_events')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempts'))
    )
    op.create_index('ix_attempts_event', 'attempts', ['event_id', 'id'], unique=False)
    op.create_table('event_bodies',
    sa.Column('event_id', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_bodies_event_id_events')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_bodies'))
    )


def downgrade() -> None:
    op.drop_table('event_bodies')
    op.drop_index('ix_attempts_event', table_name='attempts')
    op.drop_table('attempts')
    op.drop_index('uq_events_follow_up', table_name='events', sqlite_where=sa.text("state != 'done' AND document_id IS NOT NULL"), postgresql_where=sa.text("state != 'done' AND document_id IS NOT NULL"))
    op.drop_index('ix_events_waiting', table_name='events', sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index('ix_events_system', table_name='events', sqlite_where=sa.text("system != ''"), postgresql_where=sa.text("system != ''"))
    op.drop_index('ix_events_shop', table_name='events')
    op.drop_index('ix_events_reason', table_name='events')
    op.drop_index('ix_events_order_row', table_name='events')
    op.drop_index('ix_events_order', table_name='events')
    op.drop_index('ix_events_error_class', table_name='events', sqlite_where=sa.text("error_class != ''"), postgresql_where=sa.text("error_class != ''"))
    op.drop_index('ix_events_due', table_name='events', sqlite_where=sa.text("state = 'waiting' AND due_at IS NOT NULL"), postgresql_where=sa.text("state = 'waiting' AND due_at IS NOT NULL"))
    op.drop_index('ix_events_dead', table_name='events', sqlite_where=sa.text("state = 'dead'"), postgresql_where=sa.text("state = 'dead'"))
    op.drop_index('ix_events_awaiting', table_name='events', sqlite_where=sa.text("state = 'waiting' AND waiting_for != ''"), postgresql_where=sa.text("state = 'waiting' AND waiting_for != ''"))
    op.drop_table('events')
    op.drop_table('leases')
    op.drop_index('ix_documents_order_row', table_name='documents')
    op.drop_index('ix_documents_number', table_name='documents', sqlite_where=sa.text("number != ''"), postgresql_where=sa.text("number != ''"))
    op.drop_index('ix_documents_live', table_name='documents', sqlite_where=sa.text("state = 'live'"), postgresql_where=sa.text("state = 'live'"))
    op.drop_table('documents')
    op.drop_index('uq_routes_way', table_name='routes', sqlite_where=sa.text("state != 'removed'"), postgresql_where=sa.text("state != 'removed'"))
    op.drop_table('routes')
    op.drop_index('ix_rejections_shop', table_name='rejections')
    op.drop_table('rejections')
    op.drop_table('orders')
    op.drop_table('shops')
    op.drop_table('settings')
    op.drop_table('clocks')
    op.drop_table('alarms')
    op.drop_table('accounts')
