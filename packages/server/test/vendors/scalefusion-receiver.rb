# frozen_string_literal: true

# A receiver as the vendor's sample means it, in plain Ruby: the sample itself reads the body twice and looks for a header
# under a name that it never has. Prints the port that it listens on, and then each payload that it took.
require 'json'
require 'openssl'
require 'socket'

def answer(socket, status, body = '')
  socket.write("HTTP/1.1 #{status}\r\ncontent-length: #{body.bytesize}\r\nconnection: close\r\n\r\n#{body}")
end

$stdout.sync = true
server = TCPServer.new('127.0.0.1', 0)
puts server.addr[1]

loop do
  socket = server.accept
  socket.gets
  headers = {}
  while (line = socket.gets.to_s.chomp) != ''
    name, value = line.split(/:\s*/, 2)
    headers[name.downcase] = value
  end
  body = socket.read(headers['content-length'].to_i)
  signature = OpenSSL::HMAC.hexdigest('SHA256', ENV.fetch('SCALEFUSION_SECRET_KEY'), body)
  if OpenSSL.secure_compare(headers['x-sf-signature'].to_s, signature)
    puts JSON.generate(JSON.parse(body))
    answer(socket, '200 OK')
  else
    answer(socket, '406 Not Acceptable', 'Signatures mismatch!!')
  end
ensure
  socket&.close
end
