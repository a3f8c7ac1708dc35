using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using HotlinePush.Storage;
using Microsoft.Extensions.Configuration;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace HotlinePush.Azure;

/// <summary>Traces and metrics into Application Insights, by the app's identity, where its connection string is set: alerts are asked of the metrics there.</summary>
public static class ApplicationInsights
{
    public const string Setting = "APPLICATIONINSIGHTS_CONNECTION_STRING";

    /// <summary>What to add to the product's telemetry; null where there is nothing to send to.</summary>
    public static Action<OpenTelemetryBuilder>? Of(IConfiguration configuration)
    {
        if (string.IsNullOrWhiteSpace(configuration[Setting]))
            return null;
        var clientId = CloudSettings.Read(configuration).ClientId;
        return telemetry => telemetry.WithTracing(t => t.AddAzureMonitorTraceExporter(Set)).WithMetrics(m => m.AddAzureMonitorMetricExporter(Set));

        void Set(AzureMonitorExporterOptions options)
        {
            options.ConnectionString = configuration[Setting];
            options.Credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId });
        }
    }
}
