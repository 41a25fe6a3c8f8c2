import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs and verifies webhooks with the JDK's own classes, from the definition of a dialect. One JSON line in, one out.
 *
 * <p>in: {"do": "sign" | "verify", "dialect": {...}, "secret": ..., "times": {"unix": ..., "unixMs": ..., "iso": ..., "isoMs":
 * ...}, "request": {"method": ..., "url": ..., "headers": {...}, "body": base64}}; out: {"headers": {...}} for sign: those of
 * the signatures; {"ok": true | false} for verify.
 */
public class Verify {
  /** What stands in front of the bytes of an ed25519 key, so that the JDK reads them (RFC 8410). */
  private static final byte[] ED25519_PRIVATE = HexFormat.of().parseHex("302e020100300506032b657004220420");

  private static final byte[] ED25519_PUBLIC = HexFormat.of().parseHex("302a300506032b6570032100");

  public static void main(String[] arguments) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      Map<String, Object> job = map(new Json(line).value());
      if (job.get("do").equals("sign")) {
        var text = new StringBuilder();
        signAll(job).forEach((name, value) -> text.append(text.isEmpty() ? "" : ",").append('"' + name + "\":\"" + value + '"'));
        System.out.println("{\"headers\":{" + text + "}}");
      } else {
        System.out.println("{\"ok\":" + verifyAll(job) + "}");
      }
    }
  }

  private static Map<String, String> signAll(Map<String, Object> job) throws Exception {
    var headers = new LinkedHashMap<String, String>();
    for (Object one : list(map(job.get("dialect")).get("signatures"))) {
      Map<String, Object> signature = map(one);
      String form = "unix";
      for (Object part : list(signature.get("over"))) {
        if (part instanceof Map && map(part).get("$").equals("sentAt")) form = text(map(part), "as");
      }
      String time = text(map(job.get("times")), form);
      byte[] data = signed(map(job.get("dialect")), signature, map(job.get("request")), time);
      if (signature.get("algorithmHeader") != null) {
        Map<String, Object> algorithm = map(signature.get("algorithmHeader"));
        headers.put(text(algorithm, "name"), text(algorithm, "value"));
      }
      String made = sign(signature, keyOf(signature, text(job, "secret")), data);
      headers.put(text(signature, "header"), show(map(signature.get("format")), made, time));
    }
    return headers;
  }

  private static boolean verifyAll(Map<String, Object> job) throws Exception {
    for (Object one : list(map(job.get("dialect")).get("signatures"))) {
      Map<String, Object> signature = map(one);
      String header = headerOf(map(job.get("request")), text(signature, "header"));
      var candidates = new ArrayList<String>();
      String time = parse(map(signature.get("format")), header == null ? "" : header, candidates);
      byte[] data = signed(map(job.get("dialect")), signature, map(job.get("request")), time);
      byte[] key = keyOf(signature, text(job, "secret"));
      boolean isRight = false;
      for (String candidate : candidates) isRight |= isSignature(signature, key, data, candidate);
      if (!isRight) return false;
    }
    return true;
  }

  private static String headerOf(Map<String, Object> request, String name) {
    for (var header : map(request.get("headers")).entrySet()) {
      if (header.getKey().equalsIgnoreCase(name)) return (String) header.getValue();
    }
    return null;
  }

  /** The text of a field that has a place in the headers or in the query, without its prefix. */
  private static String placed(Map<String, Object> dialect, Map<String, Object> request, String field) {
    for (String places : List.of("headers", "query")) {
      if (map(dialect.get("request")).get(places) == null) continue;
      for (var place : map(map(dialect.get("request")).get(places)).entrySet()) {
        if (!(place.getValue() instanceof Map) || !map(place.getValue()).get("$").equals(field)) continue;
        String name = place.getKey();
        String found = places.equals("headers") ? headerOf(request, name) : query(text(request, "url")).get(name);
        return found.substring(text(map(place.getValue()), "prefix").length());
      }
    }
    return null;
  }

  private static Map<String, String> query(String url) {
    var query = new LinkedHashMap<String, String>();
    for (String pair : URI.create(url).getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return query;
  }

  /** What the signature is made over. `time` is the text of sentAt, where the header of the signature shows it. */
  private static byte[] signed(Map<String, Object> dialect, Map<String, Object> signature, Map<String, Object> request, String time)
      throws Exception {
    var bytes = new ByteArrayOutputStream();
    for (Object part : list(signature.get("over"))) {
      if (part instanceof String literal) {
        bytes.write(utf8(literal));
        continue;
      }
      String field = text(map(part), "$");
      switch (field) {
        case "body" -> bytes.write(Base64.getDecoder().decode(text(request, "body")));
        case "url", "method" -> bytes.write(utf8(text(request, field)));
        default -> {
          String found = placed(dialect, request, field);
          bytes.write(utf8(text(map(part), "prefix") + (found == null ? time : found)));
        }
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] keyOf(Map<String, Object> signature, String secret) {
    Map<String, Object> key = map(signature.get("key"));
    for (String name : List.of("publicPrefix", "prefix")) {
      if (key.get(name) == null || !secret.startsWith(text(key, name))) continue;
      secret = secret.substring(text(key, name).length());
      break;
    }
    return text(key, "encoding").equals("utf8") ? utf8(secret) : decode(secret, text(key, "encoding"));
  }

  private static String sign(Map<String, Object> signature, byte[] key, byte[] data) throws Exception {
    String algorithm = text(signature, "algorithm");
    if (algorithm.equals("shared-secret")) return new String(key, StandardCharsets.UTF_8);
    byte[] made =
        switch (algorithm) {
          case "ed25519" -> asymmetric("Ed25519", "Ed25519", join(ED25519_PRIVATE, Arrays.copyOf(key, 32)), data);
          case "ecdsa-p256" -> asymmetric("EC", "SHA256withECDSA", key, data);
          default -> hmac(algorithm, key, data);
        };
    return encode(made, text(signature, "encoding"));
  }

  private static byte[] asymmetric(String keys, String algorithm, byte[] pkcs8, byte[] data) throws Exception {
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(KeyFactory.getInstance(keys).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
    signer.update(data);
    return signer.sign();
  }

  private static boolean isSignature(Map<String, Object> signature, byte[] key, byte[] data, String candidate) throws Exception {
    String algorithm = text(signature, "algorithm");
    if (algorithm.equals("shared-secret")) return MessageDigest.isEqual(key, utf8(candidate));
    var encodings = new ArrayList<Object>(List.of(signature.get("encoding")));
    if (signature.get("accepts") != null) encodings.addAll(list(signature.get("accepts")));
    for (Object encoding : encodings) {
      boolean isRight =
          switch (algorithm) {
            case "ed25519" -> isAsymmetric("Ed25519", "Ed25519", join(ED25519_PUBLIC, key), data, candidate, (String) encoding);
            case "ecdsa-p256" -> isAsymmetric("EC", "SHA256withECDSA", key, data, candidate, (String) encoding);
            default -> MessageDigest.isEqual(utf8(encode(hmac(algorithm, key, data), (String) encoding)), utf8(candidate));
          };
      if (isRight) return true;
    }
    return false;
  }

  private static boolean isAsymmetric(String keys, String algorithm, byte[] spki, byte[] data, String candidate, String encoding)
      throws Exception {
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(KeyFactory.getInstance(keys).generatePublic(new X509EncodedKeySpec(spki)));
    verifier.update(data);
    try {
      return verifier.verify(decode(candidate, encoding));
    } catch (IllegalArgumentException | SignatureException error) {
      return false;
    }
  }

  private static byte[] hmac(String algorithm, byte[] key, byte[] data) throws Exception {
    Mac mac = Mac.getInstance(algorithm.replace("-", ""));
    mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
    return mac.doFinal(data);
  }

  /** Collects the signatures in a header, and answers the time where it shows one. */
  private static String parse(Map<String, Object> form, String header, List<String> candidates) {
    if (form.get("list") != null) {
      String prefix = text(map(form.get("list")), "version") + ",";
      for (String entry : header.split(" ")) if (entry.startsWith(prefix)) candidates.add(entry.substring(prefix.length()));
      return null;
    }
    if (form.get("bare") != null) {
      String prefix = text(map(form.get("bare")), "prefix");
      if (header.startsWith(prefix)) candidates.add(header.substring(prefix.length()));
      return null;
    }
    Map<String, Object> pairs = map(form.get("pairs"));
    String time = null;
    for (String pair : header.split(text(pairs, "separator"))) {
      String[] parts = pair.split("=", 2);
      if (parts[0].equals(pairs.get("signature"))) candidates.add(parts[1]);
      else if (parts[0].equals(pairs.get("time"))) time = parts[1];
    }
    return time;
  }

  private static String show(Map<String, Object> form, String signature, String time) {
    if (form.get("list") != null) return text(map(form.get("list")), "version") + "," + signature;
    if (form.get("bare") != null) return text(map(form.get("bare")), "prefix") + signature;
    Map<String, Object> pairs = map(form.get("pairs"));
    String start = pairs.get("time") == null ? "" : pairs.get("time") + "=" + time + pairs.get("separator");
    return start + pairs.get("signature") + "=" + signature;
  }

  private static String encode(byte[] bytes, String encoding) {
    return encoding.equals("hex") ? HexFormat.of().formatHex(bytes) : Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] decode(String text, String encoding) {
    return encoding.equals("hex") ? HexFormat.of().parseHex(text) : Base64.getDecoder().decode(text);
  }

  private static byte[] join(byte[] first, byte[] second) {
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(first);
    bytes.writeBytes(second);
    return bytes.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private static List<?> list(Object value) {
    return (List<?>) value;
  }

  /** A member that is text; empty where it is absent. */
  private static String text(Map<String, Object> object, String name) {
    return (String) object.getOrDefault(name, "");
  }

  /** Java has no JSON of its own. This reads a text that is known to be JSON. */
  private static final class Json {
    private final String text;
    private int at = 0;

    Json(String text) {
      this.text = text;
    }

    Object value() {
      switch (text.charAt(at)) {
        case '{' -> {
          var object = new LinkedHashMap<String, Object>();
          at++;
          while (text.charAt(at) != '}') {
            if (text.charAt(at) == ',') at++;
            String name = string();
            at++;
            object.put(name, value());
          }
          at++;
          return object;
        }
        case '[' -> {
          var array = new ArrayList<Object>();
          at++;
          while (text.charAt(at) != ']') {
            if (text.charAt(at) == ',') at++;
            if (text.charAt(at) != ']') array.add(value());
          }
          at++;
          return array;
        }
        case '"' -> {
          return string();
        }
        default -> {
          int start = at;
          while (",]}".indexOf(text.charAt(at)) < 0) at++;
          return text.substring(start, at);
        }
      }
    }

    private String string() {
      var result = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        if (text.charAt(at) != '\\') {
          result.append(text.charAt(at));
          continue;
        }
        char escaped = text.charAt(++at);
        if (escaped == 'u') {
          result.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
          at += 4;
        } else {
          int known = "bfnrt".indexOf(escaped);
          result.append(known < 0 ? escaped : "\b\f\n\r\t".charAt(known));
        }
      }
      at++;
      return result.toString();
    }
  }
}
