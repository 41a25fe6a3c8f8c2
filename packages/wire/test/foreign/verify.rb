# Signs and verifies webhooks with Ruby's OpenSSL, as the vendors' pages describe it. One JSON line in, one out.
#
# in:  {"do": "sign" | "verify", "dialect": ..., "secret": ..., "id": ..., "time": seconds, "headers": {...}, "body": base64}
# out: {"headers": {...}} for sign, {"ok": true | false} for verify
require 'base64'
require 'json'
require 'openssl'

def expected(job, body)
  secret = job['secret']
  sent = job['headers']
  case job['dialect']
  when 'standard', 'svix'
    prefix = job['dialect'] == 'standard' ? 'webhook' : 'svix'
    id = sent["#{prefix}-id"] || job['id']
    time = sent["#{prefix}-timestamp"] || job['time'].to_s
    key = Base64.decode64(secret.delete_prefix('whsec_'))
    hmac = Base64.strict_encode64(OpenSSL::HMAC.digest('SHA256', key, "#{id}.#{time}.".b + body))
    { "#{prefix}-id" => id, "#{prefix}-timestamp" => time, "#{prefix}-signature" => "v1,#{hmac}" }
  when 'scalefusion'
    { 'X-SF-Signature' => OpenSSL::HMAC.hexdigest('SHA256', secret, body) }
  when 'signinapp'
    name = 'x-signinapp-webhook-signature'
    time = sent[name] ? sent[name][/\At=([^,]*)/, 1].to_s : job['time'].to_s
    { name => "t=#{time},s1=#{OpenSSL::HMAC.hexdigest('SHA256', secret, "#{time}.".b + body)}" }
  when 'comapi'
    { 'X-Comapi-Signature' => OpenSSL::HMAC.hexdigest('SHA1', secret, body) }
  when 'screenmeet'
    { 'x-signature-algo' => 'sha256', 'x-signature' => OpenSSL::HMAC.hexdigest('SHA256', secret, body) }
  else
    raise job['dialect']
  end
end

def same?(a, b)
  a.bytesize == b.bytesize && OpenSSL.fixed_length_secure_compare(a, b)
end

$stdin.each_line do |line|
  job = JSON.parse(line)
  headers = expected(job, Base64.decode64(job['body']))
  if job['do'] == 'sign'
    puts JSON.generate(headers: headers)
  else
    puts JSON.generate(ok: headers.all? { |name, value| same?(value, job['headers'][name].to_s) })
  end
end
