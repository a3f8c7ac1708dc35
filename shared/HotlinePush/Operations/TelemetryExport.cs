using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace HotlinePush.Operations;

/// <summary>
/// Traces and metrics by OTLP to whatever collector <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names (opentelemetry.io/docs/specs/otel/protocol/exporter); without
/// it, nothing is collected. The exporter's other settings have the standard's names too.
/// </summary>
public static class TelemetryExport
{
    public const string Setting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static IServiceCollection AddHotlineTelemetry(this IServiceCollection services, IConfiguration configuration, Action<OpenTelemetryBuilder>? also = null)
    {
        var isGiven = !string.IsNullOrWhiteSpace(configuration[Setting]);
        if (!isGiven && also is null)
            return services;
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(r => r.AddService(Telemetry.Name))
            .WithTracing(t => t.AddSource(Telemetry.Name).AddAspNetCoreInstrumentation(o => o.Filter = http => !IsProbe(http.Request.Path)).AddHttpClientInstrumentation())
            .WithMetrics(m => m.AddMeter(Telemetry.Name).AddMeter("Microsoft.AspNetCore.Hosting", "System.Runtime").AddHttpClientInstrumentation());
        if (isGiven)
            telemetry.WithTracing(t => t.AddOtlpExporter()).WithMetrics(m => m.AddOtlpExporter());
        also?.Invoke(telemetry);
        return services;
    }

    // Asked for every few seconds, and told by the metrics.
    private static bool IsProbe(Microsoft.AspNetCore.Http.PathString path) => path.StartsWithSegments("/healthz", StringComparison.Ordinal) || path.StartsWithSegments("/readyz", StringComparison.Ordinal);
}
