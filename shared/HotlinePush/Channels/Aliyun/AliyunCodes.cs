using System.Collections.Frozen;

namespace HotlinePush.Channels.Aliyun;

/// <summary>
/// Answers of <c>SendSms</c> that mean: nothing was accepted (help.aliyun.com/zh/sms/developer-reference/api-error-codes, and the gateway's
/// own codes). What is not listed proves nothing: <c>isp.SYSTEM_ERROR</c>, which may come after the text was taken, and
/// <c>SignatureNonceUsed</c>, which says that this very request has been there before.
/// </summary>
public static class AliyunCodes
{
    /// <summary>This number, or this text: another attempt will be refused as well.</summary>
    private static readonly string[] ForGood =
    [
        "isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.SMS_CONTENT_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL", "isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_NAME_ILLEGAL", "isv.SIGN_STATE_ILLEGAL", "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.EXTEND_CODE_ERROR", "isv.TEMPLATE_MISSING_PARAMETERS", "isv.TEMPLATE_PARAMS_ILLEGAL", "isv.TEMPLATE_COUNT_OVER_LIMIT", "isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM",
        "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL", "isv.CUSTOMER_REFUSED", "isv.UNSUPPORTED_CONTENT", "isv.SMS_OVER_LIMIT", "MissingPhoneNumbers", "MissingSignName", "MissingTemplateCode",
    ];

    /// <summary>The account, the balance, the keys, the clock: nobody can be sent to until a person has seen to it.</summary>
    private static readonly string[] Account =
    [
        "isv.AMOUNT_NOT_ENOUGH", "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE", "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL", "isv.DENY_IP_RANGE",
        "isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "isp.RAM_PERMISSION_DENY", "SignatureDoesNotMatch", "IncompleteSignature", "InvalidAccessKeyId", "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive", "InvalidTimeStamp.Expired", "InvalidTimeStamp.Format", "Forbidden.RAM", "NoPermission", "Forbidden", "InvalidVersion", "InvalidAction.NotFound", "UnsupportedHTTPMethod",
    ];

    private static readonly string[] Throttled = ["Throttling", "Throttling.User", "Throttling.Api"];

    private static readonly FrozenDictionary<string, SendOutcome.NotAccepted> Known = ForGood.Select(c => new SendOutcome.NotAccepted(c, "Refused for this number or text.", RetryAdvice.No))
        // A number takes only so many texts a minute, an hour, a day.
        .Append(new("isv.BUSINESS_LIMIT_CONTROL", "The number has had too many texts.", RetryAdvice.Later(TimeSpan.FromHours(1))))
        .Concat(Account.Select(c => new SendOutcome.NotAccepted(c, "The account at Alibaba Cloud needs somebody to look at it.", RetryAdvice.WhenBack(TimeSpan.FromMinutes(5)))))
        .Concat(Throttled.Select(c => new SendOutcome.NotAccepted(c, "Too many calls.", RetryAdvice.WhenBack(TimeSpan.FromSeconds(1)))))
        .ToFrozenDictionary(o => o.Code, StringComparer.Ordinal);

    /// <summary>The refusal that the code proves; null where it proves none.</summary>
    public static SendOutcome.NotAccepted? RefusalOf(string code) => Known.GetValueOrDefault(code);
}
