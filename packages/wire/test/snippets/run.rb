# Runs the functions of Ruby snippets; see run.py.
require 'json'
require 'stringio'

# The headers as a framework hands them over. Where its library is missing, the job says so.
def contained(name, headers)
  cgi = headers.to_h { |key, value| ["HTTP_#{key.upcase.tr('-', '_')}", value] }
  env = cgi.merge(
    'REQUEST_METHOD' => 'POST', 'CONTENT_TYPE' => 'application/json', 'rack.input' => StringIO.new('{}'),
    'rack.version' => [1, 3], 'rack.errors' => $stderr, 'action_dispatch.request.parameters' => { 'a' => 1 }
  )
  case name
  when 'rails'
    require 'action_dispatch'
    ActionDispatch::Request.new(env).headers
  when 'rack' then env
  when 'rack-headers'
    require 'rack'
    headers.each_with_object(defined?(Rack::Headers) ? Rack::Headers.new : Rack::Utils::HeaderHash.new) { |(key, value), all| all[key] = value }
  when 'upper' then headers.transform_keys(&:upcase)
  when 'symbols' then headers.transform_keys { |key| key.downcase.tr('-', '_').to_sym }
  when 'webrick' then headers.to_h { |key, value| [key.downcase, [value]] }
  when 'twice' then headers.to_h { |key, value| [key, [value, value]] }
  else headers
  end
end

JSON.parse($stdin.read).each do |job|
  arguments = job['arguments']
  arguments['body'] = arguments['body'].unpack1('m0') if arguments.key?('body')
  now = arguments.delete('now')
  begin
    arguments['headers'] = contained(job['container'], arguments['headers']) if job['container']
    place = Module.new
    load("#{ARGV[0]}/#{job['file']}", place)
    result = Object.new.extend(place).send(job['entry'], *arguments.values, *[now].compact)
    puts JSON.generate(ok: true, result: result)
  rescue LoadError => e
    puts JSON.generate(ok: false, missing: e.message)
  rescue StandardError => e
    puts JSON.generate(ok: false, error: "#{e.class.name.split('::').last}: #{e.message}")
  end
end
