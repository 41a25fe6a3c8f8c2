import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.ToolProvider;

/**
 * Compiles Java snippets, every one of them in a package of its own, and runs their methods. Argument: a folder.
 *
 * <p>Java has no JSON. In: one job a line, fields between tabs: package, method, and each argument as name=value; in maps and
 * lists names and values are base64, between commas. Out: one line a job, "ok" and the base64 of the result, or "error" and why.
 */
public class Run {
  public static void main(String[] folder) throws Exception {
    var options = new ArrayList<>(List.of("-Xlint:all", "-Werror", "-d", folder[0]));
    try (var paths = Files.walk(Path.of(folder[0]))) {
      paths.filter(path -> path.toString().endsWith(".java")).forEach(path -> options.add(path.toString()));
    }
    int status = ToolProvider.getSystemJavaCompiler().run(null, null, System.err, options.toArray(String[]::new));
    if (status != 0) System.exit(status);
    var loader = new URLClassLoader(new URL[] {new File(folder[0]).toURI().toURL()});
    for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
      String[] fields = line.split("\t", -1);
      Class<?> snippet = loader.loadClass(fields[0] + ".Webhook");
      Method method = Arrays.stream(snippet.getMethods()).filter(one -> one.getName().equals(fields[1])).findFirst().get();
      Object[] arguments = Arrays.stream(fields).skip(2).map(Run::argument).toArray();
      try {
        Object result = method.invoke(null, arguments);
        System.out.println("ok " + Base64.getEncoder().encodeToString(String.valueOf(result).getBytes(StandardCharsets.UTF_8)));
      } catch (InvocationTargetException wrong) {
        System.out.println("error " + wrong.getCause());
      }
    }
  }

  private static Object argument(String field) {
    String name = field.substring(0, field.indexOf('='));
    String value = field.substring(field.indexOf('=') + 1);
    return switch (name) {
      case "now" -> Long.valueOf(value);
      case "body" -> Base64.getDecoder().decode(value);
      case "secrets" -> list(value);
      case "headers", "query" -> {
        List<String> texts = list(value);
        Map<String, String> map = new LinkedHashMap<>();
        for (int index = 0; index < texts.size(); index += 2) map.put(texts.get(index), texts.get(index + 1));
        yield map;
      }
      case "lists", "twice" -> {
        List<String> texts = list(value);
        Map<String, List<String>> map = new LinkedHashMap<>();
        // As the headers of a java.net connection: a status line without a name.
        map.put(null, List.of("HTTP/1.1 200 OK"));
        for (int index = 0; index < texts.size(); index += 2) {
          String one = texts.get(index + 1);
          map.put(texts.get(index), name.equals("twice") ? List.of(one, one) : List.of(one));
        }
        yield map;
      }
      default -> text(value);
    };
  }

  private static List<String> list(String value) {
    return value.isEmpty() ? List.of() : Arrays.stream(value.split(",", -1)).map(Run::text).toList();
  }

  private static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
