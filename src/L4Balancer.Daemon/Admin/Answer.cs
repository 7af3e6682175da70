using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using L4Balancer.Daemon.Admin.Forms;

namespace L4Balancer.Daemon.Admin;

/// <summary>What a request is answered with.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body's bytes.</param>
/// <param name="ContentType">What the body is.</param>
internal readonly record struct Answer(int Status, ReadOnlyMemory<byte> Body, string ContentType)
{
    private const string PlainText = "text/plain; charset=utf-8";
    private const string JsonText = "application/json";

    /// <summary>Answers are for programs and terminals, and never part of HTML: quotes need no \u0022.</summary>
    private static readonly AdminForm Forms = new(new JsonSerializerOptions(AdminForm.Default.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>What a browser may do with the answer, beyond what every answer says; null for nothing.</summary>
    public string? ContentPolicy { get; init; }

    /// <summary>An answer for eyes.</summary>
    public static Answer Text(string text, int status = 200, string contentType = PlainText) =>
        new(status, Encoding.UTF8.GetBytes(text), contentType);

    /// <summary>An answer for programs.</summary>
    /// <param name="value">What is written.</param>
    /// <param name="form">Its generated form.</param>
    /// <param name="status">The HTTP status.</param>
    public static Answer Json<T>(T value, Func<AdminForm, JsonTypeInfo<T>> form, int status = 200) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(value, form(Forms)), JsonText);

    /// <summary>A refusal or a failure.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="error">One sentence that says what and what to do.</param>
    public static Answer Error(int status, string error) =>
        Json(new ErrorJson(error), static form => form.ErrorJson, status);
}
