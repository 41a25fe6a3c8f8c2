# Signs and verifies webhooks with Ruby's OpenSSL, from the definition of a dialect. One JSON line in, one out.
#
# in:  {"do": "sign" | "verify", "dialect": {...}, "secret": ..., "times": {"unix": ..., "unixMs": ..., "iso": ..., "isoMs": ...},
#       "request": {"method": ..., "url": ..., "headers": {...}, "body": base64}}
# out: {"headers": {...}} for sign: those of the signatures; {"ok": true | false} for verify
require 'base64'
require 'json'
require 'openssl'
require 'uri'

# What stands in front of the bytes of an ed25519 key, so that OpenSSL reads them (RFC 8410).
ED25519_PRIVATE = ['302e020100300506032b657004220420'].pack('H*')
ED25519_PUBLIC = ['302a300506032b6570032100'].pack('H*')

def header_of(request, name)
  found = request['headers'].find { |key, _| key.casecmp?(name) }
  found && found[1]
end

# The text of a field that has a place in the headers or in the query, without its prefix.
def placed(dialect, request, field)
  query = URI.decode_www_form(URI(request['url']).query.to_s).to_h
  [['headers', ->(name) { header_of(request, name) }], ['query', ->(name) { query[name] }]].each do |places, read|
    (dialect['request'][places] || {}).each do |name, slot|
      return read.call(name).delete_prefix(slot['prefix'].to_s) if slot.is_a?(Hash) && slot['$'] == field
    end
  end
  nil
end

# What the signature is made over. `time` is the text of sentAt, where the header of the signature shows it.
def signed(dialect, signature, request, time)
  pieces = signature['over'].map do |part|
    next part if part.is_a?(String)

    case part['$']
    when 'body' then Base64.decode64(request['body'])
    when 'url', 'method' then request[part['$']]
    else part['prefix'].to_s + (placed(dialect, request, part['$']) || time)
    end
  end
  pieces.map(&:b).join
end

def key_of(signature, secret)
  key = signature['key']
  prefix = [key['publicPrefix'], key['prefix']].compact.find { |one| secret.start_with?(one) }
  text = secret.delete_prefix(prefix.to_s)
  key['encoding'] == 'utf8' ? text : decode(text, key['encoding'])
end

def encode(data, encoding)
  encoding == 'hex' ? data.unpack1('H*') : Base64.strict_encode64(data)
end

def decode(text, encoding)
  encoding == 'hex' ? [text].pack('H*') : Base64.strict_decode64(text)
end

def hmac(signature, key, data)
  OpenSSL::HMAC.digest(signature['algorithm'].delete_prefix('hmac-'), key, data)
end

def sign(signature, key, data)
  made =
    case signature['algorithm']
    when 'shared-secret' then return key
    when 'ed25519' then OpenSSL::PKey.read(ED25519_PRIVATE + key[0, 32]).sign(nil, data)
    when 'ecdsa-p256' then OpenSSL::PKey.read(key).sign('SHA256', data)
    else hmac(signature, key, data)
    end
  encode(made, signature['encoding'])
end

def signature?(signature, key, data, text)
  encodings = [signature['encoding'], *signature['accepts']]
  case signature['algorithm']
  when 'shared-secret' then same?(key, text)
  when 'ed25519' then encodings.any? { |one| asymmetric?(nil, ED25519_PUBLIC + key, data, text, one) }
  when 'ecdsa-p256' then encodings.any? { |one| asymmetric?('SHA256', key, data, text, one) }
  else encodings.any? { |one| same?(encode(hmac(signature, key, data), one), text) }
  end
end

def asymmetric?(digest, key, data, text, encoding)
  OpenSSL::PKey.read(key).verify(digest, decode(text, encoding), data)
rescue ArgumentError, OpenSSL::PKey::PKeyError
  false
end

def same?(a, b)
  a.bytesize == b.bytesize && OpenSSL.fixed_length_secure_compare(a, b)
end

# The signatures in a header, and the time where it shows one.
def parse(form, header)
  if form['list']
    prefix = "#{form['list']['version']},"
    return [header.split(' ').select { |entry| entry.start_with?(prefix) }.map { |entry| entry.delete_prefix(prefix) }, nil]
  end
  if form['bare']
    prefix = form['bare']['prefix'].to_s
    return [header.start_with?(prefix) ? [header.delete_prefix(prefix)] : [], nil]
  end
  pairs = header.split(form['pairs']['separator']).map { |pair| pair.split('=', 2) }
  found = pairs.select { |name, _| name == form['pairs']['signature'] }.map(&:last)
  [found, pairs.to_h[form['pairs']['time']]]
end

def show(form, signature, time)
  return "#{form['list']['version']},#{signature}" if form['list']
  return form['bare']['prefix'].to_s + signature if form['bare']

  pairs = form['pairs']
  start = pairs['time'] ? "#{pairs['time']}=#{time}#{pairs['separator']}" : ''
  "#{start}#{pairs['signature']}=#{signature}"
end

def sign_all(job)
  job['dialect']['signatures'].each_with_object({}) do |signature, headers|
    sent_at = signature['over'].find { |part| part.is_a?(Hash) && part['$'] == 'sentAt' }
    time = job['times'][sent_at ? sent_at['as'] : 'unix']
    data = signed(job['dialect'], signature, job['request'], time)
    algorithm = signature['algorithmHeader']
    headers[algorithm['name']] = algorithm['value'] if algorithm
    made = sign(signature, key_of(signature, job['secret']), data)
    headers[signature['header']] = show(signature['format'], made, time)
  end
end

def verify_all(job)
  job['dialect']['signatures'].all? do |signature|
    candidates, time = parse(signature['format'], header_of(job['request'], signature['header']).to_s)
    data = signed(job['dialect'], signature, job['request'], time)
    key = key_of(signature, job['secret'])
    candidates.any? { |candidate| signature?(signature, key, data, candidate) }
  end
end

$stdin.each_line do |line|
  job = JSON.parse(line)
  puts JSON.generate(job['do'] == 'sign' ? { headers: sign_all(job) } : { ok: verify_all(job) })
end
