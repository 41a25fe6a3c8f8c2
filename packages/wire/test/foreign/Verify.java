import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs and verifies webhooks with javax.crypto.Mac, as the vendors' pages describe it. One JSON line in, one out.
 *
 * <p>in: {"do": "sign" | "verify", "dialect": ..., "secret": ..., "id": ..., "time": seconds, "headers": {...}, "body":
 * base64}; out: {"headers": {...}} for sign, {"ok": true | false} for verify. Java has no JSON: the lines are flat and
 * hold no escapes but those of quotes and backslashes, so that a pattern reads them.
 */
public class Verify {
  private static final Pattern MEMBER = Pattern.compile("\"([^\"]+)\":(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(\\d+))");

  public static void main(String[] arguments) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      Map<String, String> job = read(line);
      Map<String, String> headers = expected(job, Base64.getDecoder().decode(job.get("body")));
      if (job.get("do").equals("sign")) {
        var text = new StringBuilder();
        headers.forEach((name, value) -> text.append(text.isEmpty() ? "" : ",").append('"' + name + "\":\"" + value + '"'));
        System.out.println("{\"headers\":{" + text + "}}");
      } else {
        boolean ok = true;
        for (var header : headers.entrySet()) {
          String sent = job.getOrDefault(header.getKey(), "");
          ok &= MessageDigest.isEqual(header.getValue().getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8));
        }
        System.out.println("{\"ok\":" + ok + "}");
      }
    }
  }

  private static Map<String, String> read(String line) {
    var job = new LinkedHashMap<String, String>();
    for (Matcher member = MEMBER.matcher(line); member.find(); ) {
      String text = member.group(2) == null ? member.group(3) : member.group(2).replaceAll("\\\\(.)", "$1");
      job.put(member.group(1), text);
    }
    return job;
  }

  private static Map<String, String> expected(Map<String, String> job, byte[] body) throws Exception {
    var headers = new LinkedHashMap<String, String>();
    byte[] secret = job.get("secret").getBytes(StandardCharsets.UTF_8);
    switch (job.get("dialect")) {
      case "standard", "svix" -> {
        String prefix = job.get("dialect").equals("standard") ? "webhook" : "svix";
        String id = job.getOrDefault(prefix + "-id", job.get("id"));
        String time = job.getOrDefault(prefix + "-timestamp", job.get("time"));
        byte[] key = Base64.getDecoder().decode(job.get("secret").substring("whsec_".length()));
        String signature = Base64.getEncoder().encodeToString(hmac("HmacSHA256", key, id + "." + time + ".", body));
        headers.put(prefix + "-id", id);
        headers.put(prefix + "-timestamp", time);
        headers.put(prefix + "-signature", "v1," + signature);
      }
      case "scalefusion" -> headers.put("X-SF-Signature", hex(hmac("HmacSHA256", secret, "", body)));
      case "signinapp" -> {
        String name = "x-signinapp-webhook-signature";
        String sent = job.get(name);
        String time = sent == null ? job.get("time") : sent.split(",")[0].substring(2);
        headers.put(name, "t=" + time + ",s1=" + hex(hmac("HmacSHA256", secret, time + ".", body)));
      }
      case "comapi" -> headers.put("X-Comapi-Signature", hex(hmac("HmacSHA1", secret, "", body)));
      case "screenmeet" -> {
        headers.put("x-signature-algo", "sha256");
        headers.put("x-signature", hex(hmac("HmacSHA256", secret, "", body)));
      }
      default -> throw new IllegalArgumentException(job.get("dialect"));
    }
    return headers;
  }

  private static byte[] hmac(String algorithm, byte[] key, String before, byte[] body) throws Exception {
    Mac mac = Mac.getInstance(algorithm);
    mac.init(new SecretKeySpec(key, algorithm));
    mac.update(before.getBytes(StandardCharsets.UTF_8));
    return mac.doFinal(body);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
