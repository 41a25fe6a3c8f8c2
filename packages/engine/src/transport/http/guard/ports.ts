/**
 * Ports of services that are not webhook receivers. Some of them execute a line of text in an HTTP request (Redis,
 * memcached, SMTP), others answer without a password (Elasticsearch, Docker, etcd).
 */
const SERVICES_ABOVE_1023: readonly (readonly [port: number, service: string])[] = [
  [1433, 'SQL Server'],
  [1434, 'SQL Server'],
  [1521, 'Oracle'],
  [1883, 'MQTT'],
  [2049, 'NFS'],
  [2181, 'ZooKeeper'],
  [2375, 'Docker'],
  [2376, 'Docker'],
  [2379, 'etcd'],
  [2380, 'etcd'],
  [3306, 'MySQL'],
  [3389, 'Remote Desktop'],
  [4222, 'NATS'],
  [4369, 'Erlang'],
  [5432, 'PostgreSQL'],
  [5671, 'AMQP'],
  [5672, 'AMQP'],
  [5900, 'VNC'],
  [5984, 'CouchDB'],
  [6000, 'X11'],
  [6222, 'NATS'],
  [6379, 'Redis'],
  [6380, 'Redis'],
  [6443, 'Kubernetes'],
  [6665, 'IRC'],
  [6666, 'IRC'],
  [6667, 'IRC'],
  [6668, 'IRC'],
  [6669, 'IRC'],
  [6697, 'IRC'],
  [7000, 'Cassandra'],
  [7001, 'Cassandra'],
  [8222, 'NATS'],
  [8500, 'Consul'],
  [8883, 'MQTT'],
  [9042, 'Cassandra'],
  [9092, 'Kafka'],
  [9093, 'Kafka'],
  [9200, 'Elasticsearch'],
  [9300, 'Elasticsearch'],
  [10250, 'Kubernetes'],
  [10255, 'Kubernetes'],
  [11211, 'memcached'],
  [15672, 'RabbitMQ'],
  [26379, 'Redis'],
  [27017, 'MongoDB'],
  [27018, 'MongoDB'],
  [27019, 'MongoDB'],
  [61613, 'ActiveMQ'],
  [61616, 'ActiveMQ'],
]

const serviceByPort = new Map(SERVICES_ABOVE_1023)

/** A sentence that says why this port is refused, or `null` when it is allowed. */
export function refusedPort(port: number): string | null {
  if (port === 80 || port === 443) return null
  if (port < 1024) return `port ${port} is reserved for other services: use 80, 443 or a port from 1024 up`
  const service = serviceByPort.get(port)
  return service === undefined
    ? null
    : `port ${port} belongs to ${service}: configure the receiver to listen on another port`
}
