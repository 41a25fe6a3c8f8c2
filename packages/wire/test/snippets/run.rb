# Runs the functions of Ruby snippets; see run.py.
require 'json'

JSON.parse($stdin.read).each do |job|
  arguments = job['arguments']
  arguments['body'] = arguments['body'].unpack1('m0') if arguments.key?('body')
  now = arguments.delete('now')
  begin
    place = Module.new
    load("#{ARGV[0]}/#{job['file']}", place)
    result = Object.new.extend(place).send(job['entry'], *arguments.values, *[now].compact)
    puts JSON.generate(ok: true, result: result)
  rescue StandardError => e
    puts JSON.generate(ok: false, error: "#{e.class.name.split('::').last}: #{e.message}")
  end
end
