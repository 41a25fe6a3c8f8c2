/**
 * Variables that Kubernetes puts into every container for each Service of the namespace, and Docker for a link. For a Service named
 * `posthorn`, or whose name begins with `posthorn-`, they begin as our settings do. They are not settings, and not mistakes.
 */
const name =
  /^POSTHORN_(?:[A-Z0-9_]+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:ADDR|PORT|PROTO))?)$/

/** The value of `POSTHORN_PORT` and `POSTHORN_<...>_PORT`: an address, where a setting has a number. */
const address = /^(?:tcp|udp|sctp):\/\/(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}$/i

export function isFromKubernetes(variable: string, value: string): boolean {
  return name.test(variable) || (/^POSTHORN_(?:[A-Z0-9_]+_)?PORT$/.test(variable) && address.test(value))
}
