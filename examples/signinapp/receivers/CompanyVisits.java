import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tells sales which companies are in the house.
 *
 * <p>SECRET: what the notification was configured with.
 */
public class CompanyVisits {
  private static final byte[] SECRET = System.getenv("SECRET").getBytes(StandardCharsets.UTF_8);
  private static final Duration TOLERANCE = Duration.ofSeconds(300);
  private static final Pattern HEADER = Pattern.compile("t=(\\d{1,12}),s1=([0-9a-f]{64})");
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  public static void main(String[] arguments) throws IOException {
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/visits", CompanyVisits::receive);
    server.start();
    OUT.println("http://127.0.0.1:" + server.getAddress().getPort() + "/visits");
  }

  private static void receive(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String header = exchange.getRequestHeaders().getFirst("x-signinapp-webhook-signature");
    String reason = refusal(header == null ? "" : header, body);
    if (reason == null) {
      // Java has no JSON of its own, and this line needs none: what is signed is JSON, and goes into it as it is.
      String json = new String(body, StandardCharsets.UTF_8);
      OUT.println("{\"answered\": 201, \"signature\": \"" + header + "\", \"body\": " + json + "}");
      answer(exchange, 201, "");
    } else {
      OUT.println("{\"answered\": 401}");
      answer(exchange, 401, reason);
    }
  }

  /** Why this request is not believed; null: it is Sign In App's. */
  private static String refusal(String header, byte[] body) {
    Matcher parts = HEADER.matcher(header);
    if (!parts.matches()) return "no signature";
    byte[] expected = hmac(parts.group(1) + ".", body);
    if (!MessageDigest.isEqual(expected, HexFormat.of().parseHex(parts.group(2)))) return "wrong signature";
    // Only now is the time known to be Sign In App's.
    var sentAt = Instant.ofEpochSecond(Long.parseLong(parts.group(1)));
    return Duration.between(sentAt, Instant.now()).abs().compareTo(TOLERANCE) > 0 ? "too old" : null;
  }

  private static byte[] hmac(String before, byte[] body) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
      mac.update(before.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(body);
    } catch (GeneralSecurityException error) {
      throw new IllegalStateException(error);
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
