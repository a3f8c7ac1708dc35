using HotlinePush.Messaging;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>The telephone menu.</summary>
public static class VoiceSetup
{
    public static IServiceCollection AddHotlineVoice(this IServiceCollection services)
    {
        services.TryAddSingleton(TwilioVoiceSettings.Off);
        services.AddSingleton<VoiceStore>();
        services.AddSingleton<VoiceRequests>();
        services.AddSingleton<VoiceCalls>();
        services.AddSingleton<VoiceRecordings>();
        return services;
    }

    public static MessageCatalogue AddVoiceMessages(this MessageCatalogue catalogue)
    {
        var quick = new RetryRule(10, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        var patient = new RetryRule(12, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(30));
        return catalogue
            .Add<EnsureVoiceTicket, VoiceRecordings>(VoiceRecordings.EnsureType, Queues.Tickets, quick, (h, m, ct) => h.HandleAsync(m, ct))
            .Add<FetchRecording, VoiceRecordings>(VoiceRecordings.FetchType, Queues.Jobs, patient, (h, m, ct) => h.HandleAsync(m, ct))
            .Add<AddTranscript, VoiceRecordings>(VoiceRecordings.TranscriptType, Queues.Jobs, patient, (h, m, ct) => h.HandleAsync(m, ct))
            .Add<TextLookup, VoiceCalls>(VoiceCalls.TextType, Queues.People, patient, (h, m, ct) => h.HandleAsync(m, ct));
    }
}
